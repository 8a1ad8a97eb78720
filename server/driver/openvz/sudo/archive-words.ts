import { type ArchiveLimits, archiveLimits } from "../../../support/archives/limits";

const names = Object.keys(archiveLimits) as (keyof ArchiveLimits)[];

/** Returns limits as words of a command. */
export function limitWords(limits: ArchiveLimits | undefined): string[] {
  return limits === undefined ? [] : names.map((name) => String(limits[name]));
}

/** Returns the limits in the words of a command; undefined without words. */
export function limitsOf(words: readonly string[]): ArchiveLimits | undefined {
  if (words.length === 0) {
    return undefined;
  }
  const given = words.map((word, index) => [names[index] ?? "", Number(word)] as const);
  return { ...archiveLimits, ...Object.fromEntries<number>(given) };
}
