import { join } from "node:path";
import type { PlainReadiness } from "../client";
import { type Client, createInstance } from "../client";
import { BareContainers } from "./bare-lxc";
import type { BenchDaemon } from "./bench-daemon";
import { type Comparison, seconds } from "./measurement";

const count = 100;
/** Of the bare starts; as in server/cloud/instance-context.ts. */
const parallel = 8;
const goal = 1.25;
type Rung = Extract<PlainReadiness, "running" | "ssh">;

/** Creating instances through the daemon, beside as many bare `lxc-start` at the same parallelism. */
export async function compareInstances(
  { client, folder }: BenchDaemon,
  rounds: number,
): Promise<Comparison[]> {
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  const bare = new BareContainers(join(folder, "bare"), rootfs, count);
  const peer: number[] = [];
  const ours: Record<Rung, number[]> = { running: [], ssh: [] };
  await bare.make();
  try {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(await seconds(() => bare.start(parallel)));
      await bare.stop(parallel);
      for (const waitFor of ["running", "ssh"] as const) {
        ours[waitFor].push(await seconds(() => create(client, waitFor)));
        await destroyAll(client);
      }
    }
  } finally {
    await bare.remove();
  }
  return (["running", "ssh"] as const).map((waitFor) => ({
    title: `${count} instances until ${waitFor}, beside ${count} bare lxc-start, ${parallel} at a time`,
    ours: ours[waitFor],
    peer,
    goal,
  }));
}

/** All asked for at once: how many start at a time is the daemon's own choice, the same number. */
async function create(client: Client, waitFor: Rung): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => createInstance(client, { type: "light", waitFor })));
}

async function destroyAll(client: Client): Promise<void> {
  const instances = await client.call("instance.list", {});
  await Promise.all(instances.map(({ id, uid }) => client.call("instance.destroy", { instance: id, uid })));
}
