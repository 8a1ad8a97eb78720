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
 * @param files for tests; paths of files in the format of resolv.conf(5).
 */
export async function hostResolvers(files: readonly string[] = resolverFiles): Promise<string[]> {
  for (const file of files) {
    const reachable = nameservers(await readIfThere(file)).filter(isReachable);
    if (reachable.length > 0) {
      return reachable;
    }
  }
  return [];
}

function nameservers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
}

/** Instances have IPv4 only, and inside them a loopback or link-local address is another host. */
function isReachable(address: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(address) &&
    !["loopback", "linkLocal", "unspecified"].includes(ipaddr.IPv4.parse(address).range())
  );
}

async function readIfThere(path: string): Promise<string> {
  return (await unlessErrno(readFile(path, "utf8"), "ENOENT")) ?? "";
}
