import { connect } from "../client/client";
import { type FleetArgs, makeHosts } from "./hosts";
import type { KeeperOrder } from "./keeper-messages";
import { LeaseKeeper } from "./lease-keeper";
import { orCleanUp } from "./or-clean-up";
import { TestFleet } from "./test-fleet";

/** How long the lease lives after its last renewal, and how often it is renewed. */
export type LeaseTimes = Pick<KeeperOrder, "seconds" | "renewEveryMs">;

/**
 * Makes hosts that live as long as their lease.
 *
 * @throws MccError when the hosts could not be made; those that were are destroyed.
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
