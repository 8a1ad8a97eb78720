import assert from "node:assert/strict";
import sinon from "sinon";
import { withinTimeout } from "../../../../provider/hooks/sdk/time-limit";
import { assertMccError } from "../../../support/assert-error";

describe("the time limit of a hook", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  it("returns the result of the work, and leaves no timer", async () => {
    assert.equal(await withinTimeout(60, "Destroying it", Promise.resolve(1)), 1);
    await assert.rejects(withinTimeout(60, "Destroying it", Promise.reject(new Error("no"))), /^Error: no$/);
    assert.equal(timers.countTimers(), 0);
  });

  it("names the operation that exceeded it", async () => {
    const waiting = assertMccError(
      withinTimeout(
        60,
        "Destroying instance 500 (web) exceeded timeouts.delete",
        new Promise(() => undefined),
      ),
      "timeout",
      /^Destroying instance 500 \(web\) exceeded timeouts\.delete \(60 s\)\. /,
    );
    await timers.tickAsync(60_000);
    await waiting;
  });

  it("does not exist without a given time", async () => {
    let done: (value: number) => void = () => undefined;
    const waiting = withinTimeout(
      undefined,
      "Destroying it",
      new Promise<number>((resolve) => {
        done = resolve;
      }),
    );
    assert.equal(timers.countTimers(), 0);
    done(2);
    assert.equal(await waiting, 2);
  });
});
