import { setTimeout } from "node:timers/promises";
import pLimit from "p-limit";
import { type Client, createInstance } from "../../client";
import { type WithDaemon, withBenchState } from "../hosts/bench-daemon";
import { largeSimulatedHost } from "../hosts/simulated-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { median } from "../report/statistics";

const titles = {
  create: "create",
  list: "list",
  filteredList: "list by label",
  expiry: "expiry of the lease",
  restart: "restart of the daemon",
};
type Name = keyof typeof titles;
type Times = Record<Name, number[]>;

/** Calls at the same time, so that the client is not what is measured. */
const parallel = 100;
const lease = { seconds: 8, renewEveryMs: 2000 };
const askEveryMs = 10;
/** One of this number of instances has the label of the filter. */
const oneLabelledOf = 10;
/** The time of one instance may grow by this factor while their number grows tenfold. */
const aim = 2;

/** From ten to ten thousand simulated instances: the time of each operation must not grow faster than their number. */
export const scale: Measurement<Name> = {
  count: 10_000,
  figures: (count) => {
    const figure = (name: Name) => ({
      title: `${titles[name]} of ${count} simulated instances, for each instance, compared with ${tenthOf(count)}`,
      aim,
      unit: "ms",
    });
    return {
      create: figure("create"),
      list: figure("list"),
      filteredList: figure("filteredList"),
      expiry: figure("expiry"),
      restart: figure("restart"),
    };
  },
  measure,
};

async function measure(run: Run): Promise<Record<Name, Samples>> {
  const times = new Map(sizesTo(run.count).map((size) => [size, emptyTimes()]));
  for (let round = 0; round < run.rounds; round += 1) {
    for (const [size, ofSize] of times) {
      await withBenchState(
        largeSimulatedHost,
        (withDaemon) => measureSize(withDaemon, size, ofSize),
        run.signal,
      );
    }
  }
  const each = (name: Name, size: number): number[] =>
    (times.get(size)?.[name] ?? []).map((taken) => (taken * 1000) / size);
  const samples = (name: Name): Samples => ({
    ours: each(name, run.count),
    peer: each(name, tenthOf(run.count)),
    curve: {
      name: titles[name],
      points: [...times].map(([instances, ofSize]) => ({ instances, seconds: median(ofSize[name]) })),
    },
  });
  return {
    ...{ create: samples("create"), list: samples("list"), filteredList: samples("filteredList") },
    ...{ expiry: samples("expiry"), restart: samples("restart") },
  };
}

const emptyTimes = (): Times => ({ create: [], list: [], filteredList: [], expiry: [], restart: [] });

/** Returns ten, each tenfold of it below the count, a size between each two, a tenth of the count, and the count. */
function sizesTo(count: number): number[] {
  const sizes = [10, 32, 100, 316, 1000, 3162].filter((size) => size < count);
  return [...new Set([...sizes, tenthOf(count), count])].toSorted((one, other) => one - other);
}

function tenthOf(count: number): number {
  return Math.ceil(count / 10);
}

async function measureSize(withDaemon: WithDaemon, size: number, times: Times): Promise<void> {
  await withDaemon(async ({ client, signal }) => {
    const { lease: id } = await client.call("lease.open", { seconds: lease.seconds });
    const renewal = setInterval(() => {
      // A lost lease fails the creates.
      client.call("lease.renew", { lease: id }).catch(() => undefined);
    }, lease.renewEveryMs);
    try {
      times.create.push(await seconds(() => createAll(client, size, id)));
      times.list.push(await seconds(() => client.call("instance.list", {})));
      times.filteredList.push(
        await seconds(() => client.call("instance.list", { labels: { bench: "labelled" } })),
      );
    } finally {
      clearInterval(renewal);
    }
    await client.call("lease.renew", { lease: id });
    await setTimeout(lease.seconds * 1000, undefined, { signal });
    times.expiry.push(await seconds(() => untilNone(client, signal)));
    await createAll(client, size);
  });
  times.restart.push(await seconds(() => withDaemon(({ client }) => client.call("instance.list", {}))));
}

async function createAll(client: Client, count: number, ofLease?: string): Promise<void> {
  const limit = pLimit(parallel);
  const create = (index: number) =>
    createInstance(client, {
      waitFor: "running",
      ...(index % oneLabelledOf === 0 ? { labels: { bench: "labelled" } } : {}),
      ...(ofLease === undefined ? {} : { lease: ofLease }),
    });
  await Promise.all(Array.from({ length: count }, (_, index) => limit(() => create(index))));
}

async function untilNone(client: Client, signal: AbortSignal): Promise<void> {
  while ((await client.call("server.info", {})).instances > 0) {
    await setTimeout(askEveryMs, undefined, { signal });
  }
}
