import { join } from "node:path";
import { applyFleet } from "../../client";
import { isOnPath } from "../../server/support/program-path";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost, microTarball } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { withLxd } from "../peers/lxd";

/** The number of parallel launches, as in server/driver/lxc/driver.ts. */
const parallel = 8;

/** A fleet, compared with as many launches of the same image by LXD, on a host that has it. */
export const lxd: Measurement<"launch"> = {
  count: 46,
  figures: (count) => ({
    launch: {
      title: `a fleet of ${count} until running, compared with ${count} lxc launch of LXD, ${parallel} at a time`,
      aim: 0.1,
    },
  }),
  missing: () => (isOnPath("lxc") ? undefined : "LXD's client lxc is not installed"),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(
  { client, folder, signal }: BenchDaemon,
  { rounds, count }: Run,
): Promise<Record<"launch", Samples>> {
  const ours: number[] = [];
  const peer: number[] = [];
  const tarball = join(folder, microTarball);
  await withLxd({ tarball, folder, count, signal }, async (containers) => {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(await seconds(() => containers.launch(parallel)));
      await containers.destroy();
      const wanted = { name: "bench", count, type: "light", waitFor: ["running" as const] };
      ours.push(await seconds(() => applyFleet(client, wanted)));
      await client.call("fleet.destroy", { fleet: "bench" });
    }
  });
  return { launch: { ours, peer } };
}
