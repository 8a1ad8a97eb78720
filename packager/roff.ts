/** The parts of a manual page: man(7). */
export function heading(title: string): string {
  return `.SH ${title}`;
}

/** A paragraph. */
export function text(words: string): string {
  return `.PP\n${escaped(words)}`;
}

/** A term in bold, with its meaning in an indented paragraph. */
export function tagged(term: string, meaning: string): string {
  return `.TP\n\\fB${escaped(term)}\\fR\n${escaped(meaning)}`;
}

/** Lines that stay as they are. */
export function literal(lines: string): string {
  return `.PP\n.nf\n${escaped(lines)}\n.fi`;
}

/** A dot or an apostrophe at the start of a line would be a request, and a plain hyphen a typographic one. */
function escaped(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}
