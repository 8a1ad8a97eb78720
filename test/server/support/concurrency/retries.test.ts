import assert from "node:assert/strict";
import sinon from "sinon";
import { Retries } from "../../../../server/support/concurrency/retries";

describe("what is tried again", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  /** Work that fails so often, and when it was done. */
  function failing(times: number) {
    const doneMs: number[] = [];
    const retries = new Retries<string>(() => {
      doneMs.push(timers.now);
      return doneMs.length > times ? Promise.resolve() : Promise.reject(new Error("not yet"));
    });
    return { doneMs, retries };
  }

  it("is tried with growing pauses until it works, five minutes apart at most", async () => {
    const { doneMs, retries } = failing(10);
    retries.retry("a");
    await timers.tickAsync(3_600_000);
    const pauses = doneMs.map((ms, index) => (ms - (doneMs[index - 1] ?? 0)) / 1000);
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("is not tried more often when it is asked for twice, and again once it has worked", async () => {
    const { doneMs, retries } = failing(0);
    retries.retry("a");
    retries.retry("a");
    await timers.tickAsync(10_000);
    assert.deepEqual(doneMs, [1000]);
    retries.retry("a");
    await timers.tickAsync(10_000);
    assert.deepEqual(doneMs, [1000, 11_000]);
  });

  it("is not tried after the end, also when a try was under way then", async () => {
    const { doneMs, retries } = failing(9);
    retries.retry("a");
    timers.tick(1000);
    retries.close();
    retries.retry("b");
    await timers.tickAsync(600_000);
    assert.deepEqual(doneMs, [1000]);
  });
});
