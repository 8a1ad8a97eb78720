import { connect } from "../client/client";
import { messageOf } from "../protocol/error";
import { type FleetArgs, makeHosts } from "./hosts";
import { LeaseKeeper } from "./lease-keeper";
import { TestFleet } from "./test-fleet";

/** The daemon destroys the hosts this long after the last sign of life, which is short of ten seconds. */
const leaseSeconds = 8;
const renewEveryMs = 2000;

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
export async function startFleet({ server, token, ...args }: FleetArgs = {}): Promise<TestFleet> {
  const client = connect({ server, token });
  await client.info();
  const keeper = new LeaseKeeper({ server: client.server, token, seconds: leaseSeconds, renewEveryMs });
  return await orCleanUp(
    async () => {
      const lease = await keeper.lease;
      return new TestFleet(await makeHosts(client, lease, args), client, lease, keeper);
    },
    () => keeper.release(),
  );
}

/** When the cleaning up fails, too, the first error is the one that counts. */
async function orCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await cleanUp().catch((second: unknown) => process.emitWarning(messageOf(second)));
    throw error;
  }
}
