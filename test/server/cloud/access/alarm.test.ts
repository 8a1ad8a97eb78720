import assert from "node:assert/strict";
import sinon from "sinon";
import { Alarm } from "../../../../server/cloud/access/alarm";

const dayMs = 24 * 60 * 60 * 1000;

describe("an alarm", () => {
  it("rings at its time, also in years, and not at an earlier one that was replaced", () => {
    const clock = sinon.useFakeTimers();
    try {
      const rings: number[] = [];
      const alarm = new Alarm(() => rings.push(Date.now()));
      alarm.set(dayMs);
      alarm.set(1000 * dayMs);
      clock.tick(1000 * dayMs - 1);
      assert.deepEqual(rings, []);
      clock.tick(1);
      assert.deepEqual(rings, [1000 * dayMs]);
      alarm.set(1001 * dayMs);
      alarm.set(undefined);
      clock.tick(2 * dayMs);
      assert.equal(rings.length, 1);
    } finally {
      clock.restore();
    }
  });
});
