import { type BenchDaemon, withBenchDaemon } from "./bench-daemon";
import { lxcHost } from "./lxc-host";
import { type Measurement, type Samples, seconds } from "./measurement";
import { destroy, type Stack, up, withStack } from "./stack";

const count = 100;

/**
 * `pulumi up` of instances, compared with one of as many dynamic resources that do nothing.
 *
 * The aim: the hosts add at most a quarter to the time of the engine itself.
 */
export const pulumiUp: Measurement<"up"> = {
  figures: {
    up: {
      title: `pulumi up of ${count} instances, compared with one of ${count} dynamic resources that do nothing`,
      aim: 1.25,
    },
  },
  measure: (rounds) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, rounds)),
};

async function measure(daemon: BenchDaemon, rounds: number): Promise<Record<"up", Samples>> {
  const peer: number[] = [];
  const ours: number[] = [];
  await withStack(daemon, "nothing", count, (nothing) =>
    withStack(daemon, "instances", count, async (instances) => {
      for (let round = 0; round < rounds; round += 1) {
        peer.push(await secondsOfUp(nothing));
        ours.push(await secondsOfUp(instances));
      }
    }),
  );
  return { up: { ours, peer } };
}

/** Measures one `pulumi up`, and destroys its resources. */
export async function secondsOfUp(stack: Stack): Promise<number> {
  const taken = await seconds(() => up(stack));
  await destroy(stack);
  return taken;
}
