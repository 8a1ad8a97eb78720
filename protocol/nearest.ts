import { distance } from "fastest-levenshtein";

const mostNamed = 4;
/** A shorter text is part of too many names to identify one. */
const shortestPart = 3;

/**
 * Returns up to four names that are similar to `asked`, most similar first. Ignores case.
 *
 * @param mostEdits how many typing errors to forgive. Default: 2, and more in a long text.
 */
export function nearest(
  asked: string,
  names: readonly string[],
  mostEdits = Math.max(2, Math.floor(asked.length / 3)),
): string[] {
  const wanted = asked.toLowerCase();
  const editsOf = (name: string): number => {
    const candidate = name.toLowerCase();
    if (asked.length >= shortestPart && candidate.includes(wanted)) {
      return 0;
    }
    // Each edit changes the length by at most one. This check keeps long texts fast.
    const difference = Math.abs(asked.length - name.length);
    return difference > mostEdits
      ? difference
      : Math.min(
          distance(wanted, candidate),
          ...swaps(wanted).map((other) => 1 + distance(other, candidate)),
        );
  };
  return names
    .map((name) => ({ name, edits: editsOf(name) }))
    .filter(({ name, edits }) => edits <= mostEdits && edits < name.length)
    .sort((one, other) => one.edits - other.edits)
    .slice(0, mostNamed)
    .map(({ name }) => name);
}

/** Returns all texts with two neighbouring characters swapped, which is one typing error but two edits. */
function swaps(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => {
    const [one = "", other = ""] = text.slice(index, index + 2);
    return text.slice(0, index) + other + one + text.slice(index + 2);
  });
}
