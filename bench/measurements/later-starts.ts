import { applyFleet, createInstance } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { destroyAll } from "./destroy-all";

/** How many starts around the tenth, and before the last, are measured one by one. */
const measured = 10;
/** How many run before the measured ones around the tenth. */
const before = 5;

/** The starts of the last instances of a thousand, compared with those around the tenth. */
export const laterStarts: Measurement<"start"> = {
  count: 1000,
  figures: (count) => ({
    start: {
      title: `start of one of the last ${measured} of ${count} instances, compared with one of the ${before + 1}th to the ${before + measured}th`,
      aim: 1.3,
    },
  }),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure({ client }: BenchDaemon, { rounds, count }: Run): Promise<Record<"start", Samples>> {
  const start = () => createInstance(client, { type: "light", waitFor: "running" });
  const times: Record<"early" | "late", number[]> = { early: [], late: [] };
  const between = Math.max(1, count - before - 2 * measured);
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(Array.from({ length: before }, start));
    for (let done = 0; done < measured; done += 1) {
      times.early.push(await seconds(start));
    }
    await applyFleet(client, { name: "between", count: between, type: "light", waitFor: ["running"] });
    for (let done = 0; done < measured; done += 1) {
      times.late.push(await seconds(start));
    }
    await client.call("fleet.destroy", { fleet: "between" });
    await destroyAll(client);
  }
  return { start: { ours: times.late, peer: times.early } };
}
