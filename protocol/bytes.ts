const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Formats `268435456` as `256 MiB`, with three significant digits. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const count = bytes / 1024 ** power;
  return `${count < 100 ? Number(count.toPrecision(3)) : Math.round(count)} ${units[power]}`;
}

/** The letters of the units that can be written, each 1024 times the one before. */
const letters = "bkmgt";

/**
 * Parses a size such as `512MiB`, `4G` or `1.5 TiB`. The unit is required, because a number alone could mean bytes or MiB.
 *
 * @returns the bytes, or undefined if the text is not a size.
 */
export function bytesOf(text: string): number | undefined {
  const [, count, letter = ""] = /^(\d{1,6}(?:\.\d{1,3})?) ?(?:([kmgt])(?:ib)?|b)$/i.exec(text.trim()) ?? [];
  const power = Math.max(0, letters.indexOf(letter.toLowerCase()));
  return count === undefined ? undefined : Math.round(Number(count) * 1024 ** power);
}
