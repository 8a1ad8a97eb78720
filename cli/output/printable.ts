/**
 * Text from elsewhere on one line, without what could command a terminal: a line break becomes a blank, any other
 * control character `�`.
 */
export function printable(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, " ").replace(/\p{Cc}/gu, "\ufffd");
}
