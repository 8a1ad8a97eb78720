import assert from "node:assert/strict";
import sinon from "sinon";
import { systemTime } from "../../client/time";

describe("the time of a client", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => timers.restore());

  it("is the system's, in milliseconds, and so are its pauses", async () => {
    let isOver = false;
    const pausing = systemTime.pause(500).then(() => {
      isOver = true;
    });
    await timers.tickAsync(499);
    assert.deepEqual([isOver, systemTime.now()], [false, 1_000_499]);
    await timers.tickAsync(1);
    assert.equal(isOver, true);
    await pausing;
  });
});
