import { type ConnectOptions, connect } from "../client/client";
import { AttachedFleet } from "./attached-fleet";
import { hostsOf } from "./hosts";

/**
 * Returns the hosts of a fleet that another process created, for example the global setup of a test framework: its workers
 * get the name and attach. Detaching is not necessary, and the process that created the fleet destroys it.
 *
 * @param name the name of the fleet: {@link TestFleet.name}.
 * @param options the address and the token of the daemon. Defaults: as in {@link withFleet}.
 * @throws MccError `not-found` if the daemon has no such fleet.
 */
export async function attachFleet(
  name: string,
  options: Pick<ConnectOptions, "server" | "token"> = {},
): Promise<AttachedFleet> {
  const client = connect(options);
  return new AttachedFleet(name, hostsOf(await client.call("fleet.get", { fleet: name })), client);
}
