import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { MccError, messageOf } from "../../protocol/error";

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
      ({ address }) => isLoopback(address) || own.includes(address),
    );
  } catch (error) {
    throw new MccError("unavailable", `Looking up the daemon's host ${host} failed: ${messageOf(error)}.`);
  }
}

/** Tells whether an address is a loopback address. The interfaces list only 127.0.0.1 of 127.0.0.0/8. */
function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
