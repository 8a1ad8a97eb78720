/**
 * Returns text from an external source as one line without control characters: a line break becomes a space, any
 * other control character `�`.
 */
export function printable(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, " ").replace(/\p{Cc}/gu, "\ufffd");
}
