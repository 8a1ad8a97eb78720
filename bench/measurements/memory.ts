import { applyFleet } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import type { Measurement, Run, Samples } from "../measurement";
import { residentMB } from "./process-usage";

type Name = "none" | "tenth" | "all";

/** The memory of the daemon without instances, with a hundred and with a thousand. */
export const memory: Measurement<Name> = {
  count: 1000,
  figures: (count) => ({
    none: { title: "memory of the daemon without instances", limit: 110, unit: "MB" },
    tenth: { title: `memory of the daemon with ${tenthOf(count)} instances`, limit: 140, unit: "MB" },
    all: { title: `memory of the daemon with ${count} instances`, limit: 200, unit: "MB" },
  }),
  measure: async (run) => {
    const ours: Record<Name, number[]> = { none: [], tenth: [], all: [] };
    for (let round = 0; round < run.rounds; round += 1) {
      await withBenchDaemon(lxcHost, (daemon) => measure(daemon, run, ours), run.signal);
    }
    const samples = (name: Name): Samples => ({ ours: ours[name] });
    return { none: samples("none"), tenth: samples("tenth"), all: samples("all") };
  },
};

async function measure(
  { client, pid }: BenchDaemon,
  { count }: Run,
  ours: Record<Name, number[]>,
): Promise<void> {
  ours.none.push(await residentMB(pid));
  for (const [name, members] of [["tenth", tenthOf(count)] as const, ["all", count] as const]) {
    await applyFleet(client, { name: "bench", count: members, type: "light", waitFor: ["running"] });
    ours[name].push(await residentMB(pid));
  }
  await client.call("fleet.destroy", { fleet: "bench" });
}

function tenthOf(count: number): number {
  return Math.ceil(count / 10);
}
