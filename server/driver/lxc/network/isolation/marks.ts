/** A packet's mark has the number of its sender's group in the lower half. The upper half tells it from other marks. */
export const marks = 0x4d430000;
/** The mark of a packet whose sender's group the rules do not have. */
export const unknownGroup = marks + 0xffff;

/** @param group 0 for the first. */
export function markOf(group: number): number {
  return marks + group;
}
