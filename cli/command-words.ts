/** A user's command without the `--` that may stand before it, which commander hands on. */
export function commandWords(words: readonly string[]): string[] {
  return words[0] === "--" ? words.slice(1) : [...words];
}
