const begin = "# BEGIN minicloud: hosts of this stack, replaced when they change";
const beginAdded = "# BEGIN minicloud: hosts added since then";
const end = "# END minicloud";
const wholeBlock =
  /^# BEGIN minicloud\b[^\n]*\n(?:(?!# BEGIN minicloud\b)[^\n]*\n)*?# END minicloud\b[^\n]*(?:\n|$)/m;
const strayMark = /^# (?:BEGIN|END) minicloud\b[^\n]*(?:\n|$)/gm;

/** The lines of a new hosts file, before the daemon's block. */
const localText = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";

/** The members of a large fleet get the same lines. */
const newTexts = new WeakMap<readonly string[], string>();

/** Returns the text of a new hosts file, in the format of hosts(5). The lines must not change. */
export function newHostsText(lines: readonly string[]): string {
  const text = newTexts.get(lines) ?? withBlock(localText, lines);
  newTexts.set(lines, text);
  return text;
}

/** Returns the text of an image's hosts file with these lines as the daemon's block, and the host's own lines. */
export function hostsTextWith(text: string, lines: readonly string[]): string {
  return withBlock(/^\s*127\.0\.0\.1\s/m.test(text) ? text : `${localText}${text}`, lines);
}

/**
 * Returns the text with these lines as the daemon's block. All other lines stay as they are. The block keeps its position;
 * without a complete one, the block is added at the end. Copies of the block and single marks are removed.
 */
export function withBlock(text: string, lines: readonly string[]): string {
  const block = [begin, ...lines, end].map((line) => `${line}\n`).join("");
  const index = wholeBlock.exec(text)?.index;
  const before = index === undefined ? text : text.slice(0, index);
  const after = index === undefined ? "" : text.slice(index);
  const kept = withoutBlocks(before);
  return kept + (kept === "" || kept.endsWith("\n") ? "" : "\n") + block + withoutBlocks(after);
}

/** What the kernel copies at a time. A reader sees all of it or nothing. */
const pageBytes = 4096;

/**
 * Returns lines as a further block, to append to a hosts file of that size. `withBlock` replaces both. The lines do not cross
 * the end of a page, so that no reader sees a part of one.
 *
 * @returns undefined for lines of more than a page.
 */
export function addedBlock(lines: readonly string[], fileBytes: number): string | undefined {
  const head = `${beginAdded}\n`;
  const body = lines.map((line) => `${line}\n`).join("");
  const rest = pageBytes - ((fileBytes + head.length) % pageBytes);
  const padding = body.length <= rest ? "" : "\n".repeat(rest);
  return body.length > pageBytes ? undefined : `${head}${padding}${body}${end}\n`;
}

function withoutBlocks(text: string): string {
  return text.replaceAll(new RegExp(wholeBlock, "gm"), "").replaceAll(strayMark, "");
}
