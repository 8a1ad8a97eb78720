const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `268435456` as `256 MiB`: three digits at most are worth reading. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}
