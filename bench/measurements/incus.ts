import { join } from "node:path";
import { applyFleet } from "../../client";
import { isOnPath } from "../../server/support/program-path";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { fakeIncusHost, incusHost, lxdSocket } from "../hosts/incus-host";
import { microTarball } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { withBareInstances } from "../peers/bare-incus";
import { fillPool } from "./fill-pool";

/** The number of parallel changes, as in server/driver/incus/driver.ts. */
const parallel = 8;
/** How many instances there are in a list, for one that is started. */
const listed = 20;

type Real = "running" | "warm";

/**
 * Fleets on an LXD server, compared with the calls of its API that create and start as many instances; and lists of
 * more instances than this machine can start, whose engine is in memory.
 */
export const incus: Measurement<Real | "list"> = {
  count: 50,
  figures: (count) => {
    const peer = `compared with the calls that create and start ${count} instances, ${parallel} at a time`;
    return {
      running: { title: `incus: a fleet of ${count} until running, ${peer}`, aim: 1.15 },
      warm: {
        title: `incus: a fleet of ${count} from a warm pool of ${count}, until ssh, ${peer}`,
        aim: 0.05,
      },
      list: {
        title: `incus: the call instance.list of ${count * listed}, with an engine in memory`,
        limit: 0.1,
      },
    };
  },
  missing: () =>
    isOnPath("lxd") && isOnPath("mkfs.btrfs") ? undefined : "lxd or btrfs-progs is not installed",
  measure: async (run) => ({
    ...(await withBenchDaemon(incusHost, (daemon) => measureReal(daemon, run), run.signal)),
    ...(await withBenchDaemon(fakeIncusHost, (daemon) => measureList(daemon, run), run.signal)),
  }),
};

async function measureReal(daemon: BenchDaemon, { rounds, count }: Run): Promise<Record<Real, Samples>> {
  const { client, folder } = daemon;
  const times: Record<Real | "bare", number[]> = { running: [], warm: [], bare: [] };
  const peer = { socket: join(folder, lxdSocket), tarball: join(folder, microTarball), count };
  const fleet = { name: "bench", count, type: "light" };
  await withBareInstances(peer, async (bare) => {
    const measurePeer = async (): Promise<void> => {
      times.bare.push(await seconds(() => bare.start(parallel)));
      await bare.destroy(parallel);
      await bare.settled();
    };
    const measureOurs = async (): Promise<void> => {
      times.running.push(await seconds(() => applyFleet(client, { ...fleet, waitFor: ["running"] })));
      await client.call("fleet.destroy", { fleet: "bench" });
      await bare.settled();
      await fillPool(daemon, count);
      times.warm.push(await seconds(() => applyFleet(client, { name: "bench", count, waitFor: ["ssh"] })));
      await client.call("pool.set", { image: "micro", size: 0 });
      await client.call("fleet.destroy", { fleet: "bench" });
      await bare.settled();
    };
    for (let round = 0; round < rounds; round += 1) {
      // LXD 5.0.2 gets slower with each create, also of instances that are gone: in a cluster it keeps a connection to itself for
      // each, to which it sends every event. So neither is always the first.
      const both = [measurePeer, measureOurs];
      for (const measureOne of round % 2 === 0 ? both : both.toReversed()) {
        await measureOne();
      }
    }
  });
  return {
    running: { ours: times.running, peer: times.bare },
    warm: { ours: times.warm, peer: times.bare },
  };
}

async function measureList(
  { client }: BenchDaemon,
  { rounds, count }: Run,
): Promise<Record<"list", Samples>> {
  await applyFleet(client, { name: "bench", count: count * listed, waitFor: ["running"] });
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await seconds(() => client.call("instance.list", {})));
  }
  await client.call("fleet.destroy", { fleet: "bench" });
  return { list: { ours } };
}
