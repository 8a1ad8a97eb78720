import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { eventually } from "../time/eventually";
import { memberScript } from "./member-script";

/** A member of a cluster. */
export interface LxdMember {
  readonly name: string;
  readonly socket: string;
  /** `https://…` */
  readonly url: string;
  /** Runs a command with the member's namespaces and its LXD_DIR. */
  readonly run: (command: string, ...words: string[]) => Promise<string>;
  /** Kills its daemon and all its containers, as a power failure does. */
  readonly kill: () => Promise<void>;
  /** Pulls its cable, or connects it again. */
  readonly connect: (isConnected: boolean) => Promise<void>;
}

export interface LxdCluster {
  readonly members: readonly LxdMember[];
  /** For all its files: `m1` and so on are those of the members. */
  readonly folder: string;
  /** Ends the daemons and their containers, and removes everything. */
  readonly end: () => Promise<void>;
}

/** One wire for the API and for instances. This process is at .254 and at 198.18.0.1. */
const fabric = "fabric";
const poolSize = "3GiB";
/** A command that takes longer hangs. The failure then names it. */
export const longestCommandMs = 90_000;

/**
 * Starts a cluster of LXD daemons, each in namespaces of its own that are connected to a bridge in this process's network
 * namespace. Must run in a network namespace of its own, as tests do.
 *
 * @param folder for all its files. It must stay until the daemons have ended. Default: a new one.
 */
export async function startLxdCluster(size: number, folder?: string): Promise<LxdCluster> {
  const servers = await startLxdServers(size, folder);
  await join(servers.members);
  return servers;
}

/** Starts the same daemons, each for itself: without a storage pool and not joined. */
export async function startLxdServers(size: number, ownFolder?: string): Promise<StartedServers> {
  await makeFabric();
  const folder = ownFolder ?? (await mkdtemp(path.join(tmpdir(), "minicloud-test-")));
  await mkdir(folder, { recursive: true });
  // The root of containers, another user, must pass it.
  await chmod(folder, 0o755);
  const numbers = Array.from({ length: size }, (_, index) => index + 1);
  const started = await Promise.all(
    numbers.map((number) => startMember(number, path.join(folder, `m${number}`))),
  );
  return {
    members: started,
    folder,
    end: async () => {
      await Promise.all(started.map((member) => member.kill()));
      await removeCgroups();
      await eventually(async () => {
        await rm(folder, { recursive: true, force: true });
        return !existsSync(folder);
      }, `${folder} is removed`);
    },
  };
}

async function join(members: readonly StartedMember[]): Promise<void> {
  const [leader, ...others] = members;
  if (leader === undefined) {
    throw new Error("a cluster needs a member");
  }
  await leader.preseed(`
config: { core.https_address: "${leader.address}:8443" }
cluster: { enabled: true, server_name: ${leader.name} }
storage_pools: [ { name: default, driver: btrfs, config: { size: ${poolSize} } } ]
`);
  for (const member of others) {
    const words = await leader.run("lxc", "cluster", "add", member.name, "--quiet");
    await member.preseed(`
cluster:
  enabled: true
  server_name: ${member.name}
  server_address: ${member.address}:8443
  cluster_token: ${words.trim().split("\n").at(-1) ?? ""}
  member_config: [ { entity: storage-pool, name: default, key: size, value: ${poolSize} } ]
`);
  }
}

interface StartedServers extends LxdCluster {
  readonly members: readonly StartedMember[];
}

interface StartedMember extends LxdMember {
  readonly address: string;
  readonly preseed: (yaml: string) => Promise<void>;
}

async function makeFabric(): Promise<void> {
  if (existsSync(`/sys/class/net/${fabric}`)) {
    return;
  }
  await execa("ip", ["link", "add", fabric, "type", "bridge"]);
  await execa("ip", ["link", "set", fabric, "up"]);
  await execa("ip", ["addr", "add", "198.19.0.254/24", "dev", fabric]);
  await execa("ip", ["addr", "add", "198.18.0.1/16", "dev", fabric]);
}

async function startMember(number: number, folder: string): Promise<StartedMember> {
  await mkdir(path.join(folder, "lxd"), { recursive: true });
  const port = `port${number}`;
  const lxdFolder = path.join(folder, "lxd");
  const address = `198.19.0.${number}`;
  const process = await startProcess(number, folder, port);
  const run = async (command: string, words: readonly string[], input = ""): Promise<string> => {
    const inside = ["-t", String(process.first), "--net", "--mount", "--pid", "--uts", "env"];
    const all = [...inside, `LXD_DIR=${lxdFolder}`, command, ...words];
    return (await execa("nsenter", all, { input, timeout: longestCommandMs })).stdout;
  };
  return {
    name: `m${number}`,
    address,
    socket: path.join(lxdFolder, "unix.socket"),
    url: `https://${address}:8443`,
    run: (command, ...words) => run(command, words),
    preseed: async (yaml) => {
      await run("lxd", ["init", "--preseed"], yaml);
    },
    connect: async (isConnected) => {
      await execa("ip", ["link", "set", port, isConnected ? "up" : "down"]);
    },
    kill: () => process.kill(),
  };
}

interface MemberProcess {
  /** The first process of its namespaces. */
  readonly first: number;
  readonly kill: () => Promise<void>;
}

/** Starts the daemon of a member in new namespaces, and waits until it answers. */
async function startProcess(number: number, folder: string, port: string): Promise<MemberProcess> {
  const child = spawn(
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child"],
      ...["sh", "-c", memberScript, "sh", folder, String(number)],
    ],
    { stdio: "ignore" },
  );
  const first = await firstProcess(child);
  await execa("ip", ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", String(first)]);
  await execa("ip", ["link", "set", port, "master", fabric, "up"]);
  const socket = path.join(folder, "lxd", "unix.socket");
  await eventually(async () => {
    if (child.exitCode !== null) {
      throw new Error(`the daemon of member ${number} ended; see ${folder}/lxd.log`);
    }
    const answer = await execa("curl", ["-s", "--unix-socket", socket, "http://lxd/1.0"], { reject: false });
    return answer.exitCode === 0;
  }, `member ${number} answers`);
  return {
    first,
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, "exit");
        process.kill(first, "SIGKILL");
        await exit;
      }
    },
  };
}

/** Returns the id of the first process in the namespaces that `unshare` created. */
async function firstProcess({ pid }: ChildProcess): Promise<number> {
  let found = "";
  await eventually(async () => {
    found = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
    return found !== "";
  }, "the namespaces of a member exist");
  return Number(found);
}

/** Removes what LXD leaves of containers that were killed with it: cgroups are no part of a namespace. */
async function removeCgroups(): Promise<void> {
  const hierarchies = ["", ...(await readdir("/sys/fs/cgroup"))].map((name) =>
    path.join("/sys/fs/cgroup", name),
  );
  for (const hierarchy of hierarchies) {
    for (const name of await namesIn(hierarchy)) {
      if (/^lxc\.(payload|monitor)\.minicloud-[0-9a-f]{8}_/.test(name)) {
        await removeTree(path.join(hierarchy, name));
      }
    }
  }
}

async function removeTree(cgroup: string): Promise<void> {
  for (const entry of await readdir(cgroup, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      await removeTree(path.join(cgroup, entry.name));
    }
  }
  // One with processes belongs to another run.
  await rmdir(cgroup).catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
