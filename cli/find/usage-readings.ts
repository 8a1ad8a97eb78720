import { setTimeout as pause } from "node:timers/promises";
import type { InstanceUsage } from "../../protocol/methods/usage";

/** An instance with the processors that it used between two measurements. */
export interface ShownUsage extends InstanceUsage {
  /** In percent of one processor. Absent if it was measured only once, or if its processor time is not known. */
  readonly cpuPercent?: number;
}

/** An engine that is slow to tell is asked less often, so the next measurement can take this long. */
const patienceMs = 30_000;
const askAgainMs = 500;

/**
 * Measures in turns.
 *
 * @param measure asks the daemon.
 * @param intervalMs the pause between two measurements.
 * @returns each measurement but the first, with what was used since the one before.
 */
export async function* usageReadings(
  measure: () => Promise<InstanceUsage[]>,
  intervalMs: number,
): AsyncGenerator<ShownUsage[]> {
  let before = await measure();
  for (;;) {
    // Without a processor time, there is nothing to compare.
    if (before.some(({ used }) => used?.cpuSeconds !== undefined)) {
      await pause(intervalMs);
    }
    const after = await measureNext(measure, before);
    yield after.map((usage) => withShare(usage, before));
    before = after;
  }
}

/** The daemon can return the same measurement again. */
async function measureNext(
  measure: () => Promise<InstanceUsage[]>,
  before: readonly InstanceUsage[],
): Promise<InstanceUsage[]> {
  const former = new Map(before.map(({ uid, used }) => [uid, used?.time]));
  const end = performance.now() + patienceMs;
  for (;;) {
    const after = await measure();
    const measured = after.filter(({ used }) => used?.cpuSeconds !== undefined);
    const isNew = measured.length === 0 || measured.some(({ uid, used }) => former.get(uid) !== used?.time);
    if (isNew || performance.now() > end) {
      return after;
    }
    await pause(askAgainMs);
  }
}

function withShare(usage: InstanceUsage, before: readonly InstanceUsage[]): ShownUsage {
  const cpuPercent = shareOf(before.find(({ uid }) => uid === usage.uid)?.used, usage.used);
  return cpuPercent === undefined ? usage : { ...usage, cpuPercent };
}

type Used = InstanceUsage["used"];

/** @returns undefined for an instance that was started again in between. */
function shareOf(before: Used, after: Used): number | undefined {
  if (before?.cpuSeconds === undefined || after?.cpuSeconds === undefined) {
    return undefined;
  }
  const seconds = (Date.parse(after.time) - Date.parse(before.time)) / 1000;
  const used = after.cpuSeconds - before.cpuSeconds;
  return seconds > 0 && used >= 0 ? Math.round((1000 * used) / seconds) / 10 : undefined;
}
