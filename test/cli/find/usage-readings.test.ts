import assert from "node:assert/strict";
import { type ShownUsage, usageReadings } from "../../../cli/find/usage-readings";
import type { InstanceUsage } from "../../../protocol/methods/usage";

describe("the readings of what instances use", () => {
  const second = (seconds: number): string => new Date(seconds * 1000).toISOString();

  function usage(uid: string, seconds?: number, cpuSeconds?: number): InstanceUsage {
    return {
      ...{ id: 500, uid, name: uid, status: "running", limits: {} },
      ...(seconds === undefined
        ? {}
        : { used: { time: second(seconds), ...(cpuSeconds === undefined ? {} : { cpuSeconds }) } }),
    };
  }

  /** Returns the shares of the first readings of a daemon that gives these answers. */
  async function shares(count: number, ...answers: InstanceUsage[][]): Promise<(number | undefined)[][]> {
    const left = [...answers];
    const found: ShownUsage[][] = [];
    for await (const reading of usageReadings(() => Promise.resolve(left.shift() ?? []), 1)) {
      found.push(reading);
      if (found.length === count) {
        break;
      }
    }
    assert.deepEqual(left, []);
    return found.map((reading) => reading.map(({ cpuPercent }) => cpuPercent));
  }

  it("compare two measurements of the same instance", async () => {
    const answers = [
      [usage("a", 10, 1), usage("b", 10, 7)],
      [usage("b", 12, 7), usage("a", 12, 2.5)],
      [usage("a", 16, 2.501)],
    ];
    assert.deepEqual(await shares(2, ...answers), [[0, 75], [0]]);
  });

  it("wait for the next measurement of an engine that tells the same again", async () => {
    assert.deepEqual(await shares(1, [usage("a", 10, 1)], [usage("a", 10, 1)], [usage("a", 11, 2)]), [[100]]);
  });

  it("have no share for a new instance, for one that was started again, and without a processor time", async () => {
    const before = [usage("again", 10, 5), usage("unknown", 10), usage("stopped")];
    const after = [usage("again", 11, 1), usage("unknown", 11), usage("stopped"), usage("new", 11, 1)];
    assert.deepEqual(await shares(1, before, after), [[undefined, undefined, undefined, undefined]]);
  });

  it("need not wait without instances that run", async () => {
    assert.deepEqual(await shares(1, [usage("stopped")], [usage("stopped")]), [[undefined]]);
  });
});
