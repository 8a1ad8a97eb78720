const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Formats `268435456` as `256 MiB`, with three significant digits. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const count = bytes / 1024 ** power;
  return `${count < 100 ? Number(count.toPrecision(3)) : Math.round(count)} ${units[power]}`;
}
