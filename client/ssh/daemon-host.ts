import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { MccError, messageOf } from "../../protocol/error";
import { isLoopback } from "../../protocol/loopback";

/** The daemon's host, from the URL that a client has for it. */
export function daemonHost(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, "");
}

/** The daemon's host as `ssh -J` takes it, which needs brackets around IPv6 addresses. */
export function jumpHost(server: string): string {
  return new URL(server).hostname;
}

/** Whether the daemon listens on this machine, whatever the name that it is called by. */
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
    throw new MccError("unavailable", `The daemon's host ${host} cannot be looked up: ${messageOf(error)}.`);
  }
}
