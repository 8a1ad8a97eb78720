import { join } from "node:path";
import { execa } from "execa";
import { applyFleet, type Client } from "../client";
import { BareContainers } from "./bare-lxc";
import type { BenchDaemon } from "./bench-daemon";
import { type Comparison, seconds } from "./measurement";

const count = 1000;
/** Of the bare starts; as in server/driver/lxc/lxc-driver.ts. */
const parallel = 8;
const goals = { fleet: 1, list: 1 };
const rungs = ["running", "ssh"] as const;
const listInstances = join(__dirname, "..", "cli", "bin", "mcc-list-instances.js");

/**
 * A fleet of a thousand, beside as many bare `lxc-start` of the same image; and once it is there, a list of it beside
 * LXC's own.
 */
export async function compareFleet(daemon: BenchDaemon, rounds: number): Promise<Comparison[]> {
  const { client, folder, environment } = daemon;
  const rootfs = join(folder, "state", "lxc", "images", "micro", "rootfs");
  const containers = join(folder, "state", "lxc", "containers");
  const bare = new BareContainers(join(folder, "bare"), rootfs, count);
  const peer: number[] = [];
  const ours: Record<(typeof rungs)[number], number[]> = { running: [], ssh: [] };
  const lists: Record<"ours" | "peer", number[]> = { ours: [], peer: [] };
  await bare.make();
  try {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(await seconds(() => bare.start(parallel)));
      await bare.stop(parallel);
      for (const waitFor of rungs) {
        ours[waitFor].push(await seconds(() => apply(client, waitFor)));
        lists.ours.push(
          await seconds(() => execa(process.execPath, [listInstances, "--json"], { env: environment })),
        );
        lists.peer.push(await seconds(() => execa("lxc-ls", ["-P", containers, "--active"])));
        await client.call("fleet.destroy", { fleet: "bench" });
      }
    }
  } finally {
    await bare.remove();
  }
  return [
    ...rungs.map((waitFor) => ({
      title: `a fleet of ${count} until ${waitFor}, beside ${count} bare lxc-start, ${parallel} at a time`,
      ours: ours[waitFor],
      peer,
      goal: goals.fleet,
    })),
    { title: `mcc list-instances of ${count}, beside lxc-ls --active`, ...lists, goal: goals.list },
  ];
}

async function apply(client: Client, waitFor: (typeof rungs)[number]): Promise<void> {
  await applyFleet(client, { name: "bench", count, type: "light", waitFor: [waitFor] });
}
