import { type Climb, reach } from "../../../../server/cloud/instances/readiness/ladder";
import type { Probe } from "../../../../server/cloud/instances/readiness/probe";
import { Deadline } from "../../../../server/support/time-limits";

/** Returns a climb on this machine with a long timeout. */
export function climbing({
  timeoutMs = 10_000,
  ...overrides
}: Partial<Climb> & { timeoutMs?: number } = {}): Climb {
  return {
    target: { address: "127.0.0.1", exec: () => Promise.reject(new Error("no command is run")) },
    deadline: new Deadline(timeoutMs),
    signal: new AbortController().signal,
    onRung: () => undefined,
    ...overrides,
  };
}

/** Waits until the probe succeeds. */
export async function reachBy(probe: Probe, timeoutMs?: number): Promise<void> {
  await reach("it", probe, climbing(timeoutMs === undefined ? {} : { timeoutMs }));
}
