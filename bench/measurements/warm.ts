import { applyFleet, type Client, createInstance } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { destroyAll } from "./destroy-all";
import { fillPool } from "./fill-pool";
import { type FirstCommandName, measureFirstCommands } from "./first-command";

/** How many instances are claimed one by one in a round. */
const single = 20;

type Together = "parallel" | "fleet";
type Name = "claim" | "claim95" | Together | FirstCommandName;

/** Creates that claim an instance of a full warm pool: one by one, many at once, and a fleet. */
export const warm: Measurement<Name> = {
  count: 50,
  figures: (count) => ({
    claim: { title: "create from a warm pool until ssh, p50", limit: 0.01 },
    claim95: { title: "create from a warm pool until ssh, p95", limit: 0.02, quantile: 0.95 },
    parallel: { title: `${count} creates at once from a warm pool of ${count}, until ssh`, limit: 0.1 },
    fleet: { title: `a fleet of ${count} from a warm pool of ${count}, until ssh`, limit: 0.1 },
    exec: { title: "create to the answer of a first exec, warm, p50", limit: 0.015 },
    exec95: { title: "create to the answer of a first exec, warm, p95", limit: 0.03, quantile: 0.95 },
    ssh: { title: "create to the end of a first SSH command, warm, p50", limit: 0.12 },
    ssh95: { title: "create to the end of a first SSH command, warm, p95", limit: 0.2, quantile: 0.95 },
  }),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(daemon: BenchDaemon, { count, ...run }: Run): Promise<Record<Name, Samples>> {
  const { client } = daemon;
  const singles = Math.min(count, single);
  const claim: number[] = [];
  const together: Record<Together, number[]> = { parallel: [], fleet: [] };
  for (let round = 0; round < run.rounds; round += 1) {
    for (let done = 0; done < singles; done += 1) {
      await fillPool(daemon, singles);
      claim.push(await seconds(() => claimOne(client)));
    }
    await destroyAll(client);
    await fillPool(daemon, count);
    together.parallel.push(
      await seconds(() => Promise.all(Array.from({ length: count }, () => claimOne(client)))),
    );
    await destroyAll(client);
    await fillPool(daemon, count);
    const wanted = { name: "bench", count, waitFor: ["ssh" as const] };
    together.fleet.push(await seconds(() => applyFleet(client, wanted)));
    await client.call("fleet.destroy", { fleet: "bench" });
  }
  const first = await measureFirstCommands(daemon, { ...run, count: singles }, () =>
    fillPool(daemon, singles),
  );
  return {
    ...{ claim: { ours: claim }, claim95: { ours: claim } },
    ...{ parallel: { ours: together.parallel }, fleet: { ours: together.fleet } },
    ...first,
  };
}

function claimOne(client: Client): Promise<unknown> {
  return createInstance(client, { waitFor: "ssh" });
}
