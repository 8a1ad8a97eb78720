import { setTimeout } from "node:timers/promises";
import { MccError } from "../../protocol/error";
import type { BenchDaemon } from "../hosts/bench-daemon";

const askEveryMs = 50;
const mostQuestions = 6000;

/** Makes a warm pool of the image `micro` of this size, and waits until all of it can be claimed. */
export async function fillPool({ client, signal }: BenchDaemon, size: number): Promise<void> {
  await client.call("pool.set", { image: "micro", size });
  for (let asked = 0; asked < mostQuestions; asked += 1) {
    const pools = await client.call("pool.list", {});
    if (pools.some(({ ready }) => ready === size)) {
      return;
    }
    await setTimeout(askEveryMs, undefined, { signal });
  }
  throw new MccError(
    "timeout",
    `The warm pool of ${size} instances does not become ready; see the daemon's log above.`,
  );
}
