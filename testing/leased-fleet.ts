import { connect } from "../client/client";
import { type FleetArgs, makeHosts } from "./hosts";
import type { KeeperOrder } from "./keeper-messages";
import { LeaseKeeper } from "./lease-keeper";
import { orCleanUp } from "./or-clean-up";
import { TestFleet } from "./test-fleet";

/** The duration of the lease after a renewal, and the interval of renewals. */
export type LeaseTimes = Pick<KeeperOrder, "seconds" | "renewEveryMs">;

/**
 * Creates hosts that live as long as their lease.
 *
 * @throws MccError if the creation failed. All hosts are then destroyed.
 */
export async function startLeasedFleet(
  { server, token, ...args }: FleetArgs,
  times: LeaseTimes,
): Promise<TestFleet> {
  const client = connect({ server, token });
  await client.info();
  const keeper = new LeaseKeeper({ server: client.server, token, ...times });
  return await orCleanUp(
    async () => {
      const lease = await keeper.lease;
      return new TestFleet(await makeHosts(client, lease, args), client, lease, keeper);
    },
    () => keeper.release(),
  );
}
