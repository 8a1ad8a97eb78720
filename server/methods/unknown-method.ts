import { distance } from "fastest-levenshtein";
import { printable } from "../../protocol/codec";
import { MccError } from "../../protocol/error";
import { missingOldMethod } from "./old-fault";

const mostNamed = 3;
const longestShown = 64;

/** Says which methods the caller may have meant. */
export function unknownMethod(asked: string, names: readonly string[]): MccError {
  const shown = printable(asked.slice(0, longestShown));
  if (shown.startsWith("openvz.")) {
    return missingOldMethod(shown);
  }
  const near = nearest(shown, names);
  const meant = near.length === 0 ? "" : `Did you mean ${near.join(" or ")}? `;
  return new MccError(
    "not-found",
    `There is no method "${shown}". ${meant}system.listMethods names them all.`,
  );
}

function nearest(asked: string, names: readonly string[]): string[] {
  const mostEdits = Math.max(2, Math.floor(asked.length / 3));
  return names
    .map((name) => ({ name, edits: distance(asked, name) }))
    .filter(({ edits }) => edits <= mostEdits)
    .sort((one, other) => one.edits - other.edits)
    .slice(0, mostNamed)
    .map(({ name }) => name);
}
