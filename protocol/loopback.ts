import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Whether a host is this machine itself, reached without a network: `localhost`, an address of 127.0.0.0/8, or `::1`.
 *
 * @param host an address or a name, as in a URL or alone: an IPv6 address may have brackets.
 */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(address);
  return host === "localhost" || (family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4"));
}
