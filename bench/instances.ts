import { join } from "node:path";
import type { PlainReadiness } from "../client";
import { type Client, createInstance } from "../client";
import { withBareContainers } from "./bare-lxc";
import { type BenchDaemon, withBenchDaemon } from "./bench-daemon";
import { lxcHost } from "./lxc-host";
import { type Figure, type Measurement, type Samples, seconds } from "./measurement";

const count = 100;
/** The number of parallel bare starts, as in server/cloud/instances/context.ts. */
const parallel = 8;
type Rung = Extract<PlainReadiness, "running" | "ssh">;

/** The creation of instances through the daemon, compared with as many bare `lxc-start` at the same parallelism. */
export const instances: Measurement<Rung> = {
  figures: { running: figureUntil("running"), ssh: figureUntil("ssh") },
  measure: (rounds) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, rounds)),
};

/** The aim: the daemon's additions (records, addresses, readiness) need at most a quarter of LXC's own time. */
function figureUntil(rung: Rung): Figure {
  return {
    title: `${count} instances until ${rung}, compared with ${count} bare lxc-start, ${parallel} at a time`,
    aim: 1.25,
  };
}

async function measure({ client, folder }: BenchDaemon, rounds: number): Promise<Record<Rung, Samples>> {
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  const peer: number[] = [];
  const ours: Record<Rung, number[]> = { running: [], ssh: [] };
  await withBareContainers(join(folder, "bare"), rootfs, count, async (bare) => {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(await seconds(() => bare.start(parallel)));
      await bare.stop(parallel);
      for (const waitFor of ["running", "ssh"] as const) {
        ours[waitFor].push(await seconds(() => create(client, waitFor)));
        await destroyAll(client);
      }
    }
  });
  return { running: { ours: ours.running, peer }, ssh: { ours: ours.ssh, peer } };
}

/** Requests all instances at once. The daemon itself limits the parallel starts to the same number. */
async function create(client: Client, waitFor: Rung): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => createInstance(client, { type: "light", waitFor })));
}

async function destroyAll(client: Client): Promise<void> {
  const instances = await client.call("instance.list", {});
  await Promise.all(instances.map(({ id, uid }) => client.call("instance.destroy", { instance: id, uid })));
}
