import type { Figure, Samples } from "../measurement";
import { quantile, shown, spreadOf } from "./statistics";

/** A measured figure, compared with its aim. */
export interface Comparison extends Figure, Samples {
  /** Ours to the peer's. Absent without a peer. */
  readonly ratio?: number;
  /** Ours. Absent with a peer. */
  readonly value?: number;
  readonly reached: boolean;
}

/** Compares the figure's quantile of the samples with the peer's, or with the limit. */
export function compare(figure: Figure, samples: Samples): Comparison {
  const part = figure.quantile ?? 0.5;
  const ours = quantile(samples.ours, part);
  if (figure.limit !== undefined) {
    return { ...figure, value: ours, reached: ours <= figure.limit, ...samples };
  }
  const ratio = ours / quantile(samples.peer ?? [], part);
  return { ...figure, ratio, reached: ratio <= (figure.aim ?? Number.NaN), ...samples };
}

/** Formats one line: the ratio or the value, the aim, and median and quartiles of the samples. */
export function comparisonLine(comparison: Comparison): string {
  const { title, reached, ours, peer, unit = "s" } = comparison;
  const verdict = reached ? "reached" : "MISSED";
  const sides = { ours, ...(peer === undefined ? {} : { peer }) };
  const spreads = Object.entries(sides).map(([side, values]) => `${side} ${spread(values)} ${unit}`);
  return `${title}: ${resultOf(comparison)} (${aimOf(comparison)}, ${verdict}); ${spreads.join(", ")}`;
}

/** Returns the ratio or the value as text. */
export function resultOf({ ratio, value, unit = "s" }: Pick<Comparison, "ratio" | "value" | "unit">): string {
  return ratio === undefined ? `${shown(value ?? Number.NaN)} ${unit}` : ratio.toFixed(2);
}

/** Returns the aim as text. */
export function aimOf({ aim, limit, unit = "s" }: Pick<Figure, "aim" | "limit" | "unit">): string {
  return limit === undefined ? `aim ${aim}` : `limit ${limit} ${unit}`;
}

/** Formats the median and, in brackets, the quartiles. */
function spread(values: readonly number[]): string {
  const { low, median, high } = spreadOf(values);
  return `${shown(median)} [${shown(low)} to ${shown(high)}]`;
}
