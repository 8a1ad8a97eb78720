import type { FleetArgs } from "./hosts";
import { type LeaseTimes, startLeasedFleet } from "./leased-fleet";
import { orCleanUp } from "./or-clean-up";
import type { TestFleet } from "./test-fleet";

/** The daemon destroys the hosts 8 seconds after the last renewal, so less than 10 seconds after the process dies. */
export const leaseTimes: LeaseTimes = { seconds: 8, renewEveryMs: 2000 };

/**
 * Makes hosts for a test, calls it with them, and destroys them, whether it succeeds or throws. When the process
 * dies meanwhile, however it dies, the daemon destroys them within ten seconds; a breakpoint costs nothing.
 *
 * @returns what the test does. @throws what it throws; MccError when the hosts could not be made or destroyed.
 */
export async function withFleet<T>(args: FleetArgs, test: (fleet: TestFleet) => Promise<T> | T): Promise<T> {
  const fleet = await startFleet(args);
  const result = await orCleanUp(
    async () => await test(fleet),
    () => fleet.destroy(),
  );
  await fleet.destroy();
  return result;
}

/**
 * As `withFleet`, for hooks before and after several tests.
 *
 * @throws MccError when the hosts could not be made; those that were are destroyed.
 */
export async function startFleet(args: FleetArgs = {}): Promise<TestFleet> {
  return await startLeasedFleet(args, leaseTimes);
}
