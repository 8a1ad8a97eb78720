/** Quotes arguments for a POSIX shell. Inside single quotes, no character has a special meaning. */
export function shellQuote(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
