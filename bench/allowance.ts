/** Returns the samples of a figure that has a limit in place of a peer: the limit, once for each of ours. */
export function withinLimit(
  ours: readonly number[],
  limit: number,
): { ours: readonly number[]; peer: readonly number[] } {
  return { ours, peer: ours.map(() => limit) };
}
