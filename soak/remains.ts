/** How many of each kind exist. */
export type Counts = Readonly<Record<string, number>>;

/** What one daemon and its engine use. */
export interface Usage {
  /** Must not grow at all. */
  readonly counts: Counts;
  readonly residentMiB: number;
}

/** How many MiB larger a daemon may be after any time. */
export const grownAtMostMiB = 64;

/** Returns a line for everything that there is more of than before. */
export function remains(before: Usage, after: Usage): string[] {
  const grownMiB = after.residentMiB - before.residentMiB;
  return [
    ...Object.entries(after.counts)
      .filter(([kind, count]) => count > (before.counts[kind] ?? 0))
      .map(([kind, count]) => `${kind}: ${before.counts[kind] ?? 0} before, ${count} after`),
    ...(grownMiB > grownAtMostMiB
      ? [`memory: ${grownMiB.toFixed(0)} MiB more than before, and ${grownAtMostMiB} are allowed`]
      : []),
  ];
}
