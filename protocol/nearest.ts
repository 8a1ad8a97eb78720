import { distance } from "fastest-levenshtein";

const mostNamed = 4;
/** A part that is shorter than this is in too many names to mean one. */
const shortestPart = 3;

/** Those of the names that somebody who wrote `asked` may have meant, nearest first. */
export function nearest(asked: string, names: readonly string[]): string[] {
  const mostEdits = Math.max(2, Math.floor(asked.length / 3));
  const isPart = (name: string): boolean => asked.length >= shortestPart && name.includes(asked);
  return names
    .map((name) => ({ name, edits: isPart(name) ? 0 : distance(asked, name) }))
    .filter(({ name, edits }) => edits <= mostEdits && edits < name.length)
    .sort((one, other) => one.edits - other.edits)
    .slice(0, mostNamed)
    .map(({ name }) => name);
}
