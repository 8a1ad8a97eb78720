import { readdir, readFile, readlink } from "node:fs/promises";
import { hasErrno } from "../protocol/errno";

export interface NetworkProcess {
  readonly pid: number;
  readonly words: readonly string[];
  /** The container, if the process is an LXC monitor. */
  readonly container?: { readonly path: string; readonly name: string };
}

/** The codes for a process that has ended, or that has more rights than any process of this namespace. */
const notOurs = ["ENOENT", "ESRCH", "EACCES"];

/** Returns the other processes of this network namespace. Those in containers have their own namespaces. */
export async function processesOfThisNetwork(): Promise<NetworkProcess[]> {
  const own = await readlink("/proc/self/ns/net");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(pids.map((pid) => describe(pid, own)));
  return processes.filter((process) => process !== undefined);
}

async function describe(pid: number, network: string): Promise<NetworkProcess | undefined> {
  if (pid === process.pid) {
    return undefined;
  }
  try {
    if ((await readlink(`/proc/${pid}/ns/net`)) !== network) {
      return undefined;
    }
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").filter((word) => word !== "");
    const [, path, name] = /^\[lxc monitor\] (\S+) (\S+)/.exec(words.join(" ")) ?? [];
    return path === undefined || name === undefined
      ? { pid, words }
      : { pid, words, container: { path, name } };
  } catch (error) {
    if (hasErrno(error, ...notOurs)) {
      return undefined;
    }
    throw error;
  }
}
