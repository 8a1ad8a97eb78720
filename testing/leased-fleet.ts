import { connect } from "../client/client";
import { outlastRestarts } from "../client/workflows/outlast-restarts";
import { type FleetArgs, makeHosts } from "./hosts";
import { LeaseKeeper } from "./lease-keeper";
import { orCleanUp } from "./or-clean-up";
import { TestFleet } from "./test-fleet";

/** The duration of the lease after a renewal, and the interval of renewals. */
export interface LeaseTimes {
  readonly seconds: number;
  readonly renewEveryMs: number;
}

/**
 * Creates hosts that live as long as their lease. Continues after a restart of the daemon.
 *
 * @throws MccError if the creation failed. All hosts are then destroyed.
 */
export async function startLeasedFleet(
  { server, token, ...args }: FleetArgs,
  { seconds, renewEveryMs }: LeaseTimes,
): Promise<TestFleet> {
  const client = connect({ server, token });
  await client.info();
  // A lease that a lost answer leaves open expires by itself.
  const { lease } = await outlastRestarts(client, true, undefined, () =>
    client.call("lease.open", { seconds }),
  );
  const keeper = new LeaseKeeper({ server: client.server, token, lease, renewEveryMs });
  return await orCleanUp(
    async () => {
      await keeper.renews;
      const { name, hosts } = await makeHosts(client, lease, args);
      return new TestFleet(name, hosts, client, lease, keeper);
    },
    () => keeper.release(),
  );
}
