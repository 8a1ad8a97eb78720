import { type BenchDaemon, type BenchHost, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { simulatedHost } from "../hosts/simulated-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { destroy, preview, type Stack, up, withStack } from "../pulumi/stack";
import { fillPool } from "./fill-pool";

type Name = "up" | "preview";
type Preparation = (daemon: BenchDaemon, count: number) => Promise<void>;
type Times = Record<Name, number[]>;

/** `pulumi up` of instances in containers. */
export const pulumiUp = upOn(lxcHost, "instances", { up: 1.5, preview: 1.2 });

/** `pulumi up` of instances that a warm pool has started ahead. */
export const pulumiUpWarm = upOn(lxcHost, "instances from a warm pool", { up: 1.2, preview: 1.2 }, fillPool);

/** `pulumi up` of simulated instances: the part of the time that is not the engine's. */
export const pulumiUpSimulated = upOn(simulatedHost, "simulated instances", { up: 1.1, preview: 1.2 });

/**
 * Returns the measurement of `pulumi up`, and of a preview in which nothing changes, compared with those of as many dynamic
 * resources that do nothing and have as many properties.
 *
 * @param prepare runs before each `pulumi up` of instances. Default: nothing.
 */
function upOn(
  host: BenchHost,
  what: string,
  aims: Readonly<Record<Name, number>>,
  prepare: Preparation = () => Promise.resolve(),
): Measurement<Name> {
  return {
    count: 100,
    figures: (count) => {
      const peer = `compared with one of ${count} dynamic resources that do nothing`;
      return {
        up: { title: `pulumi up of ${count} ${what}, ${peer}`, aim: aims.up },
        preview: {
          title: `pulumi preview of ${count} ${what} with nothing to do, ${peer}`,
          aim: aims.preview,
        },
      };
    },
    measure: (run) => withBenchDaemon(host, (daemon) => measure(daemon, run, prepare), run.signal),
  };
}

async function measure(
  daemon: BenchDaemon,
  { rounds, count }: Run,
  prepare: Preparation,
): Promise<Record<Name, Samples>> {
  const peer: Times = { up: [], preview: [] };
  const ours: Times = { up: [], preview: [] };
  await withStack(daemon, "nothing", count, (nothing) =>
    withStack(daemon, "instances", count, async (instances) => {
      for (let round = 0; round < rounds; round += 1) {
        await measureStack(nothing, peer);
        await prepare(daemon, count);
        await measureStack(instances, ours);
      }
    }),
  );
  return {
    up: { ours: ours.up, peer: peer.up },
    preview: { ours: ours.preview, peer: peer.preview },
  };
}

async function measureStack(stack: Stack, times: Times): Promise<void> {
  times.up.push(await seconds(() => up(stack)));
  times.preview.push(await seconds(() => preview(stack)));
  await destroy(stack);
}
