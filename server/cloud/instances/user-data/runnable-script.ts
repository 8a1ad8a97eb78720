/**
 * Returns a script as it is run: programs indent the scripts in their template literals, and the kernel finds `#!` only at
 * the very beginning.
 *
 * - Removes white space before the first `#!`.
 * - Removes the indentation that all lines have, or all lines after an unindented `#!` line, so that also here-documents
 *   end. White space that at least two lines share counts. Blank lines do not count.
 */
export function runnableScript(text: string): string {
  const lines = text.replace(/^\s+(?=#!)/, "").split("\n");
  const isUnindented = lines[0]?.startsWith("#!") === true;
  const kept = isUnindented ? lines.slice(0, 1) : [];
  return [...kept, ...withoutCommonIndentation(lines.slice(kept.length))].join("\n");
}

function withoutCommonIndentation(lines: readonly string[]): readonly string[] {
  const indentations = lines
    .filter((line) => line.trim() !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0] ?? "");
  if (indentations.length < 2) {
    return lines;
  }
  const common = indentations.reduce(commonStart);
  // A blank line may be shorter than the indentation.
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : ""));
}

function commonStart(one: string, other: string): string {
  const end = Array.from(one).findIndex((character, index) => character !== other[index]);
  return end === -1 ? one : one.slice(0, end);
}
