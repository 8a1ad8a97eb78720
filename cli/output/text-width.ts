import { createRequire } from "node:module";
import type stringWidth from "string-width";

const loadLater = createRequire(__filename);

/** Returns how many columns of a terminal a text without control characters takes up. */
export function widthOf(text: string): number {
  if (isPlain(text)) {
    return text.length;
  }
  const measure = loadLater("string-width") as { readonly default: typeof stringWidth };
  return measure.default(text);
}

/** Returns the text, or as much of it as leaves room for a `…` at its end; no character is taken apart. */
export function cutTo(width: number, text: string): string {
  if (widthOf(text) <= width) {
    return text;
  }
  let free = width - 1;
  const kept = charactersOf(text).filter((character) => {
    free -= widthOf(character);
    return free >= 0;
  });
  return width < 1 ? "" : `${kept.join("")}…`;
}

/** What nearly all texts are. Loading the package that measures other texts would cost each command time. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** What a reader takes for one character: a letter with its accents, a family of emoji. */
function charactersOf(text: string): string[] {
  return isPlain(text)
    ? Array.from(text)
    : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
