import type { PlainReadiness } from "../../client";
import { type Client, createInstance } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Figure, type Measurement, type Run, type Samples, seconds } from "../measurement";
import { barePlace, withBareContainers } from "../peers/bare-lxc";
import { destroyAll } from "./destroy-all";

/** The number of parallel bare starts, as in server/cloud/instances/context.ts. */
const parallel = 8;
type Rung = Extract<PlainReadiness, "running" | "ssh">;

/** The creation of instances through the daemon, compared with as many bare `lxc-start` at the same parallelism. */
export const instances: Measurement<Rung> = {
  count: 100,
  figures: (count) => ({ running: figureUntil("running", count, 1.1), ssh: figureUntil("ssh", count, 1.35) }),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

function figureUntil(rung: Rung, count: number, aim: number): Figure {
  return {
    title: `${count} instances until ${rung}, compared with ${count} bare lxc-start, ${parallel} at a time`,
    aim,
  };
}

async function measure(daemon: BenchDaemon, { rounds, count }: Run): Promise<Record<Rung, Samples>> {
  const { client } = daemon;
  const peer: number[] = [];
  const ours: Record<Rung, number[]> = { running: [], ssh: [] };
  await withBareContainers(barePlace(daemon, count), async (bare) => {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(await seconds(() => bare.start(parallel)));
      await bare.stop(parallel);
      for (const waitFor of ["running", "ssh"] as const) {
        ours[waitFor].push(await seconds(() => create(client, count, waitFor)));
        await destroyAll(client);
      }
    }
  });
  return { running: { ours: ours.running, peer }, ssh: { ours: ours.ssh, peer } };
}

/** Requests all instances at once. The daemon itself limits the parallel starts to the same number. */
async function create(client: Client, count: number, waitFor: Rung): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => createInstance(client, { type: "light", waitFor })));
}
