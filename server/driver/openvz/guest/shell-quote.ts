/** The words as a POSIX shell reads them back, whatever is in them: inside single quotes nothing has a meaning. */
export function shellQuote(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
