import type { Figure, Samples } from "./measurement";

/** A measured figure, compared with its aim. */
export interface Comparison extends Figure, Samples {
  /** Median of ours to median of the peer. */
  readonly ratio: number;
  readonly reached: boolean;
}

export function compare({ title, aim, unit }: Figure, { ours, peer }: Samples): Comparison {
  const ratio = median(ours) / median(peer);
  return { title, aim, ...(unit === undefined ? {} : { unit }), ratio, reached: ratio <= aim, ours, peer };
}

/** Formats one line with the ratio, the aim, and every sample. */
export function comparisonLine({ title, aim, unit = "s", ratio, reached, ours, peer }: Comparison): string {
  const verdict = reached ? "reached" : "MISSED";
  return `${title}: ${ratio.toFixed(2)} (aim ${aim}, ${verdict}); ours ${list(ours)} ${unit}, peer ${list(peer)} ${unit}`;
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(2)).join(" ");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}
