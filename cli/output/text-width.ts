import { eastAsianWidth } from "get-east-asian-width";

/** How many columns of a terminal a text without control characters takes up. */
export function widthOf(text: string): number {
  return isPlain(text)
    ? text.length
    : clustersOf(text).reduce((sum, cluster) => sum + clusterWidth(cluster), 0);
}

/** The text, or as much of it as leaves room for a `…` at its end; no character is taken apart. */
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

/** What nearly all names are; loading what divides other texts would cost each command time. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** What a reader takes for one character: a letter with its accents, a family of emoji. */
function clustersOf(text: string): string[] {
  return isPlain(text)
    ? Array.from(text)
    : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function clusterWidth(cluster: string): number {
  if (/^[\p{M}\p{Cf}]+$/u.test(cluster)) {
    return 0;
  }
  // A sign that is asked to be an emoji, and a flag, which is two letters.
  const isEmoji = cluster.includes("\ufe0f") || /^\p{Regional_Indicator}{2}/u.test(cluster);
  return isEmoji ? 2 : eastAsianWidth(cluster.codePointAt(0) ?? 0);
}
