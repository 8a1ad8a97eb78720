import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Client, createInstance, type Instance, type InstanceCreateParameters } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";

/** The ways to run the first command. */
type Way = "exec" | "ssh";
export type FirstCommandName = Way | `${Way}95`;

const key = "bench";

/** One instance at a time: from the create to the answer of its first command, by `exec` and by SSH. */
export const firstCommand: Measurement<FirstCommandName> = {
  count: 20,
  figures: () => ({
    exec: { title: "create to the answer of a first exec, cold, p50", limit: 0.06 },
    exec95: { title: "create to the answer of a first exec, cold, p95", limit: 0.12, quantile: 0.95 },
    ssh: { title: "create to the end of a first SSH command, cold, p50", limit: 0.2 },
    ssh95: { title: "create to the end of a first SSH command, cold, p95", limit: 0.3, quantile: 0.95 },
  }),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measureFirstCommands(daemon, run), run.signal),
};

/**
 * Measures `count` instances of each way in every round, one after the other.
 *
 * @param prepare runs before each instance, outside of the measured time.
 */
export async function measureFirstCommands(
  { client, folder, signal }: BenchDaemon,
  { rounds, count }: Run,
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<Record<FirstCommandName, Samples>> {
  const identity = await addKey(client, folder);
  const ways: Record<Way, (client: Client) => Promise<Instance>> = {
    exec: runByExec,
    ssh: (client) => runBySsh(client, identity),
  };
  const times: Record<Way, number[]> = { exec: [], ssh: [] };
  for (let done = 0; done < rounds * count; done += 1) {
    for (const way of ["exec", "ssh"] as const) {
      signal.throwIfAborted();
      await prepare();
      const made: Instance[] = [];
      times[way].push(await seconds(async () => made.push(await ways[way](client))));
      await Promise.all(made.map(({ id, uid }) => client.call("instance.destroy", { instance: id, uid })));
    }
  }
  return {
    ...{ exec: { ours: times.exec }, exec95: { ours: times.exec } },
    ...{ ssh: { ours: times.ssh }, ssh95: { ours: times.ssh } },
  };
}

const wanted: InstanceCreateParameters = { keys: [key] };

async function runByExec(client: Client): Promise<Instance> {
  const instance = await createInstance(client, { ...wanted, waitFor: "running" });
  await client.call("instance.exec", { instance: instance.id, command: ["true"] });
  return instance;
}

async function runBySsh(client: Client, identity: string): Promise<Instance> {
  const instance = await createInstance(client, { ...wanted, waitFor: "ssh" });
  await execa("ssh", [
    ...[
      "-i",
      identity,
      "-F",
      "none",
      "-o",
      "BatchMode=yes",
      "-o",
      "LogLevel=ERROR",
      "-o",
      "ConnectTimeout=10",
    ],
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
    ...[`root@${instance.ipAddress}`, "true"],
  ]);
  return instance;
}

/** Adds a new key to the daemon. @returns the path of its private half. */
async function addKey(client: Client, folder: string): Promise<string> {
  const identity = join(folder, "identity");
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", identity]);
  const publicKey = (await readFile(`${identity}.pub`, "utf8")).trim();
  await client.call("key.add", { name: key, publicKey });
  return identity;
}
