import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { MccError, messageOf } from "../../protocol/error";
import { isLoopback } from "../../protocol/loopback";

/**
 * Returns the host name or address of a daemon, without brackets.
 *
 * @param server the URL of the daemon, as {@link Client.server} has it.
 * @throws TypeError if it is no URL.
 */
export function daemonHost(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, "");
}

/**
 * Returns the host name or address of a daemon for `ssh -J`, which needs brackets around IPv6 addresses.
 *
 * @param server the URL of the daemon, as {@link Client.server} has it.
 * @throws TypeError if it is no URL.
 */
export function jumpHost(server: string): string {
  return new URL(server).hostname;
}

/**
 * Returns whether a daemon runs on this machine: whether its host name resolves to an address of this machine.
 *
 * @param server the URL of the daemon, as {@link Client.server} has it.
 * @throws MccError `unavailable` if the host name cannot be resolved.
 */
export async function isDaemonHere(server: string): Promise<boolean> {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
  const host = daemonHost(server);
  try {
    return (await lookup(host, { all: true })).some(
      // The whole of 127.0.0.0/8 is this machine, of which the interfaces list only 127.0.0.1.
      ({ address }) => isLoopback(address) || own.includes(address),
    );
  } catch (error) {
    throw new MccError("unavailable", `Looking up the daemon's host ${host} failed: ${messageOf(error)}.`);
  }
}
