/** What an authorized_keys file lets in: its lines without the comments, among them the marks of the daemon's block. */
export function loginLines(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}
