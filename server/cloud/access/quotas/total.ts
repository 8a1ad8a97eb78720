/** What several instances have of one limit. */
export interface Total {
  readonly sum: number;
  /** How many have no limit, so that `sum` does not contain them. */
  readonly unlimited: number;
}

/** Fractions of processors have no exact sum. */
const precision = 1e6;

/** @param amounts undefined for an instance without a limit. */
export function totalOf(amounts: readonly (number | undefined)[]): Total {
  const limited = amounts.filter((amount) => amount !== undefined);
  const sum = limited.reduce((before, amount) => before + amount, 0);
  return { sum: Math.round(sum * precision) / precision, unlimited: amounts.length - limited.length };
}

export function isOver(limit: number, { sum, unlimited }: Total): boolean {
  return unlimited > 0 || sum > limit;
}

/** Returns whether a change takes more, so that a quota that was lowered refuses it. */
export function isGrowth(before: Total, after: Total): boolean {
  return before.unlimited === after.unlimited ? after.sum > before.sum : after.unlimited > before.unlimited;
}
