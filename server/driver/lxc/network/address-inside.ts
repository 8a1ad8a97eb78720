import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

const gone = ["ENOENT", "ENODEV", "ESRCH", "EINVAL"];

/**
 * Returns the IPv4 address of the network namespace of a container's processes, except for loopback; undefined if no
 * process runs, or if it has no address.
 *
 * @param cgroup of its processes; systemd moves them into cgroups below it.
 */
export async function addressOf(cgroup: string): Promise<string | undefined> {
  const pids = (await unlessErrno(readFile(join(cgroup, "cgroup.procs"), "utf8"), ...gone)) ?? "";
  for (const pid of pids.split("\n").filter((line) => line !== "")) {
    const routes = await unlessErrno(readFile(`/proc/${pid}/net/fib_trie`, "utf8"), ...gone);
    if (routes !== undefined) {
      return localAddresses(routes).find((address) => !address.startsWith("127."));
    }
  }
  const entries = (await unlessErrno(readdir(cgroup, { withFileTypes: true }), ...gone)) ?? [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const address = await addressOf(join(cgroup, entry.name));
    if (address !== undefined) {
      return address;
    }
  }
  return undefined;
}

/** Each address is on its own line. The next line shows that it belongs to a host, and to this one. */
export function localAddresses(routes: string): string[] {
  return [...routes.matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g)].flatMap(([, address]) => address ?? []);
}
