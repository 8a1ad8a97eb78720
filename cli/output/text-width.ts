import { eastAsianWidth } from "get-east-asian-width";

/** Returns the width of a text without control characters, in columns of a terminal. */
export function widthOf(text: string): number {
  return isPlain(text)
    ? text.length
    : clustersOf(text).reduce((sum, cluster) => sum + clusterWidth(cluster), 0);
}

/** Returns the text, or its start and a `…` if it is wider. Never splits a character. */
export function cutTo(width: number, text: string): string {
  if (widthOf(text) <= width) {
    return text;
  }
  let free = width - 1;
  const kept = clustersOf(text).filter((cluster) => {
    free -= clusterWidth(cluster);
    return free >= 0;
  });
  return width < 1 ? "" : `${kept.join("")}…`;
}

/** Tells whether the text is ASCII, as nearly all names are. Loading the segmenter would slow each command down. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Splits a text into what a reader sees as one character, such as a letter with its accents. */
function clustersOf(text: string): string[] {
  return isPlain(text)
    ? Array.from(text)
    : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function clusterWidth(cluster: string): number {
  if (/^[\p{M}\p{Cf}]+$/u.test(cluster)) {
    return 0;
  }
  // A character with the emoji variation selector, or a flag of two regional indicators.
  const isEmoji = cluster.includes("\ufe0f") || /^\p{Regional_Indicator}{2}/u.test(cluster);
  return isEmoji ? 2 : eastAsianWidth(cluster.codePointAt(0) ?? 0);
}
