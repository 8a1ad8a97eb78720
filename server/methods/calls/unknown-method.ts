import { MccError } from "../../../protocol/error";
import { nearest } from "../../../protocol/nearest";
import { toSendable } from "../../../protocol/wire/codec";
import { missingOldMethod } from "../first-minicloud/fault";

const longestShown = 64;

/** The error that a method does not exist. */
export class UnknownMethod extends MccError {
  constructor(
    /** The name in the call. */
    readonly asked: string,
    message: string,
  ) {
    super("not-found", message);
  }
}

/** Returns the error for an unknown method, with similar names. */
export function unknownMethod(asked: string, names: readonly string[]): MccError {
  const shown = toSendable(asked.slice(0, longestShown));
  if (shown.startsWith("openvz.")) {
    return missingOldMethod(shown);
  }
  const near = nearest(shown, names);
  const meant = near.length === 0 ? "" : `Did you mean ${near.join(" or ")}? `;
  return new UnknownMethod(
    asked,
    `There is no method "${shown}". ${meant}system.listMethods lists all methods.`,
  );
}
