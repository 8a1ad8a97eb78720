import { join } from "node:path";
import { execa } from "execa";
import { applyFleet } from "../client";
import { type BareContainers, withBareContainers } from "./bare-lxc";
import { type BenchDaemon, withBenchDaemon } from "./bench-daemon";
import { lxcHost } from "./lxc-host";
import { type Measurement, type Samples, seconds } from "./measurement";
import { secondsOfUp } from "./pulumi-up";
import { withStack } from "./stack";

const count = 1000;
/** The number of parallel bare starts, as in server/driver/lxc/driver.ts. */
const parallel = 8;
const listInstances = join(__dirname, "..", "cli", "bin", "mcc-list-instances.js");

const peer = `compared with ${count} bare lxc-start, ${parallel} at a time`;

type Name = "running" | "ssh" | "up" | "list";

/**
 * A fleet of a thousand members, by the daemon and by `pulumi up`, compared with as many bare `lxc-start` of the same
 * image. Also a list of the fleet, compared with LXC's own list.
 *
 * The aim: a fleet is not slower than the same work without MiniCloud.
 */
export const fleet: Measurement<Name> = {
  figures: {
    running: { title: `a fleet of ${count} until running, ${peer}`, aim: 1 },
    ssh: { title: `a fleet of ${count} until ssh, ${peer}`, aim: 1 },
    up: { title: `pulumi up of a fleet of ${count}, ${peer}`, aim: 1 },
    list: { title: `mcc list-instances of ${count}, compared with lxc-ls --active`, aim: 1 },
  },
  measure: (rounds) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, rounds)),
};

async function measure(daemon: BenchDaemon, rounds: number): Promise<Record<Name, Samples>> {
  const { folder } = daemon;
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  const times: Times = { bare: [], running: [], ssh: [], up: [], list: [], lxcLs: [] };
  await withBareContainers(join(folder, "bare"), rootfs, count, (bare) =>
    withStack(daemon, "fleet", count, async (stack) => {
      for (let round = 0; round < rounds; round += 1) {
        await measureRound(daemon, bare, times);
        times.up.push(await secondsOfUp(stack));
      }
    }),
  );
  return {
    running: { ours: times.running, peer: times.bare },
    ssh: { ours: times.ssh, peer: times.bare },
    up: { ours: times.up, peer: times.bare },
    list: { ours: times.list, peer: times.lxcLs },
  };
}

type Times = Record<Name | "bare" | "lxcLs", number[]>;

async function measureRound(daemon: BenchDaemon, bare: BareContainers, times: Times): Promise<void> {
  const { client, folder, environment } = daemon;
  const containers = join(folder, "state", "lxc", "containers");
  times.bare.push(await seconds(() => bare.start(parallel)));
  await bare.stop(parallel);
  for (const waitFor of ["running", "ssh"] as const) {
    times[waitFor].push(
      await seconds(() => applyFleet(client, { name: "bench", count, type: "light", waitFor: [waitFor] })),
    );
    times.list.push(
      await seconds(() => execa(process.execPath, [listInstances, "--json"], { env: environment })),
    );
    times.lxcLs.push(await seconds(() => execa("lxc-ls", ["-P", containers, "--active"])));
    await client.call("fleet.destroy", { fleet: "bench" });
  }
}
