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

/**
 * Returns the text, or as much of it as leaves room for a `…`; no character is taken apart.
 *
 * @param endWidth how much room the end of the text gets, behind the `…`. Default: none.
 */
export function cutTo(width: number, text: string, endWidth = 0): string {
  if (widthOf(text) <= width) {
    return text;
  }
  const characters = charactersOf(text);
  const end = fitting(characters.toReversed(), endWidth).reverse().join("");
  const start = fitting(characters, width - 1 - widthOf(end)).join("");
  return width < 1 ? "" : `${start}…${end}`;
}

/**
 * Returns a function that cuts the cells of a column. It keeps as much of their ends as distinguishes most of them: of
 * `node-1` and `node-2` the numbers, and of different words only their beginnings.
 */
export function cutOfColumn(cells: readonly string[], width: number): (text: string) => string {
  const different = [...new Set(cells.filter((text) => widthOf(text) > 0))];
  if (width < 1 || different.every((text) => widthOf(text) <= width)) {
    return (text) => cutTo(width, text);
  }
  let endWidth = 0;
  let most = 0;
  for (let tried = 0; tried < width - 1 && most < different.length; tried += 1) {
    const shown = new Set(different.map((text) => cutTo(width, text, tried))).size;
    [most, endWidth] = shown > most ? [shown, tried] : [most, endWidth];
  }
  return (text) => cutTo(width, text, endWidth);
}

/** Returns the first characters that fit into this room. */
function fitting(characters: readonly string[], room: number): string[] {
  let free = room;
  const beyond = characters.findIndex((character) => {
    free -= widthOf(character);
    return free < 0;
  });
  return characters.slice(0, beyond === -1 ? undefined : beyond);
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
