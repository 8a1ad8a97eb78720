import type { FleetArgs, TestArgs } from "./hosts";
import { type LeaseTimes, startLeasedFleet } from "./leased-fleet";
import { orCleanUp } from "./or-clean-up";
import type { TestFleet } from "./test-fleet";
import { attachTimeline } from "./timeline/report";

/**
 * The daemon destroys the hosts 8 seconds after the last renewal, so less than 10 seconds after the process dies.
 *
 * @internal
 */
export const leaseTimes: LeaseTimes = { seconds: 8, renewEveryMs: 2000 };

/**
 * Creates hosts, calls a test with them when they are ready, and destroys them when it returns or throws. If the process
 * dies before that, even by `kill -9`, the daemon begins to destroy the hosts within 10 seconds. A breakpoint of any length
 * does not count as death.
 *
 * If the test fails, {@link TestFleet.timeline} is added to the stack of its error, which test frameworks print.
 *
 * @param args the number of hosts and their properties.
 * @param test the test.
 * @returns the result of the test.
 * @throws MccError if the hosts could not be created or destroyed; otherwise what the test throws.
 */
export async function withFleet<T>(
  { timelineFolder = process.env["MCC_TIMELINE_FOLDER"] || undefined, ...args }: TestArgs,
  test: (fleet: TestFleet) => Promise<T> | T,
): Promise<T> {
  const fleet = await startFleet(args);
  const result = await orCleanUp(
    async () => {
      try {
        return await test(fleet);
      } catch (error) {
        await attachTimeline(error, fleet, timelineFolder);
        throw error;
      }
    },
    () => fleet.destroy(),
  );
  await fleet.destroy();
  return result;
}

/**
 * Creates hosts as {@link withFleet} does, and returns them when they are ready: for hooks around several tests. The caller
 * destroys them by {@link TestFleet.destroy}.
 *
 * @param args the number of hosts and their properties. Default: one host with the defaults.
 * @throws MccError if the hosts could not be created. Those that were created are destroyed.
 */
export async function startFleet(args: FleetArgs = {}): Promise<TestFleet> {
  return await startLeasedFleet(args, leaseTimes);
}
