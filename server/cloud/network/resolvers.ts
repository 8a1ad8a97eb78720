import { readFile } from "node:fs/promises";
import * as ipaddr from "ipaddr.js";
import { unlessErrno } from "../../../protocol/errno";

/**
 * The files with the host's resolvers, in the order in which they are read. Where the first names a stub on loopback,
 * systemd-resolved, NetworkManager or resolvconf keep the real ones in a file of their own.
 */
const resolverFiles = [
  "/etc/resolv.conf",
  "/run/systemd/resolve/resolv.conf",
  "/run/NetworkManager/no-stub-resolv.conf",
  "/run/resolvconf/resolv.conf",
];

/**
 * Returns the host's name servers that a container can reach; empty if there is none.
 *
 * @param hasIpv6 whether instances have IPv6 addresses. Default: they have IPv4 only.
 * @param files for tests; paths of files in the format of resolv.conf(5).
 */
export async function hostResolvers(
  hasIpv6 = false,
  files: readonly string[] = resolverFiles,
): Promise<string[]> {
  for (const file of files) {
    const reachable = nameservers(await readIfThere(file)).filter((address) => isReachable(address, hasIpv6));
    if (reachable.length > 0) {
      return reachable;
    }
  }
  return [];
}

function nameservers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
}

/** Inside an instance, a loopback or link-local address is another host. */
function isReachable(address: string, hasIpv6: boolean): boolean {
  const isUsable = ipaddr.IPv4.isValidFourPartDecimal(address) || (hasIpv6 && ipaddr.IPv6.isValid(address));
  return isUsable && !["loopback", "linkLocal", "unspecified"].includes(ipaddr.parse(address).range());
}

async function readIfThere(path: string): Promise<string> {
  return (await unlessErrno(readFile(path, "utf8"), "ENOENT")) ?? "";
}
