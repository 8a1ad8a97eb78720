import type { BenchDaemon } from "./bench-daemon";
import { type Comparison, seconds } from "./measurement";
import { destroy, type Stack, up, withStack } from "./stack";

const count = 100;
const goal = 1.25;

/** `pulumi up` of instances, beside one of as many dynamic resources that do nothing. */
export async function comparePulumiUp(daemon: BenchDaemon, rounds: number): Promise<Comparison[]> {
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
  return [
    {
      title: `pulumi up of ${count} instances, beside one of ${count} dynamic resources that do nothing`,
      ...{ ours, peer, goal },
    },
  ];
}

/** Of one, after which all is as before. */
export async function secondsOfUp(stack: Stack): Promise<number> {
  const taken = await seconds(() => up(stack));
  await destroy(stack);
  return taken;
}
