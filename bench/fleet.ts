import { join } from "node:path";
import { execa } from "execa";
import { applyFleet } from "../client";
import { BareContainers } from "./bare-lxc";
import type { BenchDaemon } from "./bench-daemon";
import { type Comparison, seconds } from "./measurement";
import { secondsOfUp } from "./pulumi-up";
import { withStack } from "./stack";

const count = 1000;
/** Of the bare starts; as in server/driver/lxc/lxc-driver.ts. */
const parallel = 8;
const listInstances = join(__dirname, "..", "cli", "bin", "mcc-list-instances.js");

/**
 * A fleet of a thousand, by the daemon and by `pulumi up`, beside as many bare `lxc-start` of the same image; and once
 * it is there, a list of it beside LXC's own.
 */
export async function compareFleet(daemon: BenchDaemon, rounds: number): Promise<Comparison[]> {
  const { folder } = daemon;
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  const bare = new BareContainers(join(folder, "bare"), rootfs, count);
  const times: Times = { bare: [], running: [], ssh: [], up: [], list: [], lxcLs: [] };
  await bare.make();
  try {
    await withStack(daemon, "fleet", count, async (stack) => {
      for (let round = 0; round < rounds; round += 1) {
        await measureRound(daemon, bare, times);
        times.up.push(await secondsOfUp(stack));
      }
    });
  } finally {
    await bare.remove();
  }
  const beside = `beside ${count} bare lxc-start, ${parallel} at a time`;
  return [
    { title: `a fleet of ${count} until running, ${beside}`, ours: times.running, peer: times.bare, goal: 1 },
    { title: `a fleet of ${count} until ssh, ${beside}`, ours: times.ssh, peer: times.bare, goal: 1 },
    { title: `pulumi up of a fleet of ${count}, ${beside}`, ours: times.up, peer: times.bare, goal: 1 },
    {
      title: `mcc list-instances of ${count}, beside lxc-ls --active`,
      ...{ ours: times.list, peer: times.lxcLs, goal: 1 },
    },
  ];
}

type Times = Record<"bare" | "running" | "ssh" | "up" | "list" | "lxcLs", number[]>;

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
