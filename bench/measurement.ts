/** Seconds that a piece of work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

/** Ours beside a peer, measured by turns in one run. */
export interface Comparison {
  readonly title: string;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** What the ratio of the medians should not pass. */
  readonly goal: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

export function ratio({ ours, peer }: Comparison): number {
  return median(ours) / median(peer);
}

/** One line: the ratio, the goal, and both in seconds. */
export function comparisonLine(comparison: Comparison): string {
  const { title, ours, peer, goal } = comparison;
  const list = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
  const verdict = ratio(comparison) <= goal ? "reached" : "MISSED";
  return `${title}: ${ratio(comparison).toFixed(2)} (goal ${goal}, ${verdict}); ours ${list(ours)} s, peer ${list(peer)} s`;
}
