import assert from "node:assert/strict";
import { RefillPace } from "../../../../../server/cloud/instances/warm/refill-pace";

describe("the pace at which warm pools are filled", () => {
  let now = 0;
  let idleMs = 0;
  let pace = new RefillPace();

  beforeEach(() => {
    [now, idleMs] = [1000, 0];
    pace = new RefillPace(
      () => idleMs,
      2,
      () => now,
    );
  });

  /** Lets time pass in which this part of two processors is idle. */
  const pass = (milliseconds: number, free: number): void => {
    now += milliseconds;
    idleMs += milliseconds * 2 * free;
  };
  /** Returns how long the next start waits, with processors of which this part is idle. */
  const waitedMs = (free: number): number => {
    const begin = now;
    for (let pauseMs = pace.pauseMs(0); pauseMs > 0; pauseMs = pace.pauseMs(0)) {
      pass(pauseMs, free);
    }
    return now - begin;
  };

  it("has no pauses while no client creates instances", () => {
    assert.equal(waitedMs(0), 0);
    pace.noteCreation();
    pass(30_000, 0);
    assert.equal(waitedMs(0), 0);
    assert.equal(pace.pauseMs(2), 0);
  });

  it("is one look at free processors after a creation, for each group of starts", () => {
    pace.noteCreation();
    assert.deepEqual([waitedMs(0.6), waitedMs(0.6)], [50, 50]);
  });

  it("waits at most two seconds for processors that others use, for each group of starts", () => {
    pace.noteCreation();
    assert.deepEqual([waitedMs(0.4), waitedMs(0)], [2000, 2000]);
  });

  it("goes on as soon as others let go of the processors", () => {
    pace.noteCreation();
    for (let looks = 0; looks < 10; looks += 1) {
      pass(pace.pauseMs(0), 0);
    }
    assert.equal(waitedMs(1), 50);
  });

  it("does not take the starts under way for work of others", () => {
    pace.noteCreation();
    pass(pace.pauseMs(0), 1);
    assert.equal(pace.pauseMs(2), 50);
    pass(500, 0);
    assert.equal(waitedMs(1), 50);
  });

  it("looks again if nobody has asked for a long time", () => {
    pace.noteCreation();
    assert.equal(pace.pauseMs(0), 50);
    pass(10_000, 1);
    assert.equal(waitedMs(0), 2000);
  });

  it("is not held up for long by a start that takes long", () => {
    pace.noteCreation();
    assert.equal(pace.pauseMs(1), 50);
    pass(1999, 0);
    assert.equal(pace.pauseMs(1), 50);
    pass(1, 0);
    assert.equal(pace.pauseMs(1), 0);
    assert.equal(pace.pauseMs(2), 0);
    assert.equal(waitedMs(1), 50);
    assert.equal(pace.pauseMs(1), 50);
  });

  it("measures the processors of this host", () => {
    const real = new RefillPace();
    assert.equal(real.pauseMs(0), 0);
    real.noteCreation();
    assert.equal(real.pauseMs(0), 50);
  });
});
