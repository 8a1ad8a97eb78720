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
    ...(await measureReal(run)),
    ...(await withBenchDaemon(fakeIncusHost, (daemon) => measureList(daemon, run), run.signal)),
  }),
};

/**
 * LXD 5.0.2 gets slower with each create, also of instances that are gone: in a cluster it keeps a connection to itself for each, to
 * which it sends every event. So each round has a server of its own, and neither is always the first.
 */
async function measureReal({ rounds, count, signal }: Run): Promise<Record<Real, Samples>> {
  const times: Record<Real | "bare", number[]> = { running: [], warm: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    const measured = await withBenchDaemon(
      incusHost,
      (daemon) => measureRound(daemon, count, round % 2 === 0),
      signal,
    );
    times.running.push(measured.running);
    times.warm.push(measured.warm);
    times.bare.push(measured.bare);
  }
  return {
    running: { ours: times.running, peer: times.bare },
    warm: { ours: times.warm, peer: times.bare },
  };
}

async function measureRound(
  daemon: BenchDaemon,
  count: number,
  isPeerFirst: boolean,
): Promise<Record<Real | "bare", number>> {
  const { client, folder } = daemon;
  const peer = { socket: join(folder, lxdSocket), tarball: join(folder, microTarball), count };
  const fleet = { name: "bench", count, type: "light" };
  return await withBareInstances(peer, async (instances) => {
    const measureBare = async (): Promise<number> => {
      const time = await seconds(() => instances.start(parallel));
      await instances.destroy(parallel);
      await instances.settled();
      return time;
    };
    const measureRunning = async (): Promise<number> => {
      const time = await seconds(() => applyFleet(client, { ...fleet, waitFor: ["running"] }));
      await client.call("fleet.destroy", { fleet: "bench" });
      await instances.settled();
      return time;
    };
    const earlier = isPeerFirst ? await measureBare() : undefined;
    const running = await measureRunning();
    const bare = earlier ?? (await measureBare());
    await fillPool(daemon, count);
    const warm = await seconds(() => applyFleet(client, { name: "bench", count, waitFor: ["ssh"] }));
    await client.call("pool.set", { image: "micro", size: 0 });
    await client.call("fleet.destroy", { fleet: "bench" });
    await instances.settled();
    return { running, warm, bare };
  });
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
