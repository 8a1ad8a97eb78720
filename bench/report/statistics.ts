/** The middle half of a set of samples. */
export interface Spread {
  /** The first quartile. */
  readonly low: number;
  readonly median: number;
  /** The third quartile. */
  readonly high: number;
  readonly samples: number;
}

/** Returns a quantile of the values, interpolated between the two next to it. NaN without values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = part * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    low: quantile(values, 0.25),
    median: median(values),
    high: quantile(values, 0.75),
    samples: values.length,
  };
}

/** Formats a value with at least three significant digits. */
export function shown(value: number): string {
  return value >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(3);
}
