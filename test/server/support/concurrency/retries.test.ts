import assert from "node:assert/strict";
import sinon from "sinon";
import { Retries } from "../../../../server/support/concurrency/retries";

describe("work that is retried", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  /** Work that fails this number of times, and the times of its calls. */
  function failing(times: number) {
    const doneMs: number[] = [];
    const retries = new Retries<string>(() => {
      doneMs.push(timers.now);
      return doneMs.length > times ? Promise.resolve() : Promise.reject(new Error("not yet"));
    });
    return { doneMs, retries };
  }

  it("is retried with growing pauses of at most five minutes until it succeeds", async () => {
    const { doneMs, retries } = failing(10);
    retries.retry("a");
    await timers.tickAsync(3_600_000);
    const pauses = doneMs.map((ms, index) => (ms - (doneMs[index - 1] ?? 0)) / 1000);
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("is not retried more often after two calls, and again after a success", async () => {
    const { doneMs, retries } = failing(0);
    retries.retry("a");
    retries.retry("a");
    await timers.tickAsync(10_000);
    assert.deepEqual(doneMs, [1000]);
    retries.retry("a");
    await timers.tickAsync(10_000);
    assert.deepEqual(doneMs, [1000, 11_000]);
  });

  it("is retried at once when what prevented it is over, and then with pauses again", async () => {
    const { doneMs, retries } = failing(8);
    retries.hurry("a");
    retries.retry("a");
    await timers.tickAsync(100_000);
    assert.deepEqual(doneMs, [1000, 3000, 7000, 15_000, 31_000, 63_000]);
    retries.hurry("a");
    await timers.tickAsync(2500);
    assert.deepEqual(doneMs.slice(6), [100_000, 101_000]);
    retries.hurry();
    await timers.tickAsync(1000);
    assert.deepEqual(doneMs.slice(8), [102_500]);
    retries.hurry();
    await timers.tickAsync(600_000);
    assert.equal(doneMs.length, 9);
  });

  it("is not retried after the end, even if a try was in progress", async () => {
    const { doneMs, retries } = failing(9);
    retries.retry("a");
    timers.tick(1000);
    retries.close();
    retries.retry("b");
    await timers.tickAsync(600_000);
    assert.deepEqual(doneMs, [1000]);
  });
});
