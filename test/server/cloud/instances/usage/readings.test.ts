import assert from "node:assert/strict";
import sinon from "sinon";
import { UsageReadings } from "../../../../../server/cloud/instances/usage/readings";
import type { Usage } from "../../../../../server/driver/driver";

describe("the readings of what instances use", () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["Date", "performance"] });
  });
  afterEach(() => clock.restore());

  /** An engine that measures all but the container 13. */
  function newReadings() {
    const asked: (readonly number[])[] = [];
    const readings = new UsageReadings({
      usage: (ids) => {
        asked.push(ids);
        return Promise.resolve(
          ids.filter((id) => id !== 13).map((id): Usage => ({ id, atMs: Date.now(), cpuSeconds: 1 })),
        );
      },
    });
    return { readings, asked };
  }

  it("are shared by all who ask at about the same time, also for instances that cannot be measured", async () => {
    const { readings, asked } = newReadings();
    const [first, second] = await Promise.all([readings.of([12, 13]), readings.of([13, 12, 14])]);
    assert.deepEqual([...first.keys()], [12]);
    assert.deepEqual([...second.keys()].sort(), [12, 14]);
    assert.deepEqual(asked, [[12, 13], [14]]);
    clock.tick(499);
    await readings.of([12]);
    assert.equal(asked.length, 2);
  });

  it("are made again when they are old, and old ones are forgotten", async () => {
    const { readings, asked } = newReadings();
    await readings.of([12, 14]);
    clock.tick(500);
    const later = await readings.of([12]);
    assert.deepEqual([...later], [[12, { id: 12, atMs: 500, cpuSeconds: 1 }]]);
    assert.deepEqual(asked, [[12, 14], [12]]);
  });

  it("need no engine for no instances, and one failure is not kept", async () => {
    const usage = sinon.stub<[readonly number[]], Promise<Usage[]>>();
    usage.onFirstCall().rejects(new Error("no cgroups"));
    usage.resolves([]);
    const readings = new UsageReadings({ usage });
    assert.equal((await readings.of([])).size, 0);
    assert.equal(usage.callCount, 0);
    await assert.rejects(readings.of([12]), /no cgroups/);
    assert.equal((await readings.of([12])).size, 0);
    assert.equal(usage.callCount, 2);
  });
});
