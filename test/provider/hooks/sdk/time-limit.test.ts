import assert from "node:assert/strict";
import sinon from "sinon";
import { within } from "../../../../provider/hooks/sdk/time-limit";
import { assertMccError } from "../../../support/assert-error";

describe("the time limit of a hook", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  it("gives what the work comes to in time, and keeps no process waiting", async () => {
    assert.equal(await within(60, "Destroying it", Promise.resolve(1)), 1);
    await assert.rejects(within(60, "Destroying it", Promise.reject(new Error("no"))), /^Error: no$/);
    assert.equal(timers.countTimers(), 0);
  });

  it("says what took longer", async () => {
    const waiting = assertMccError(
      within(60, "Destroying instance 500 (web) exceeded timeouts.delete", new Promise(() => undefined)),
      "timeout",
      /^Destroying instance 500 \(web\) exceeded timeouts\.delete \(60 s\)\. /,
    );
    await timers.tickAsync(60_000);
    await waiting;
  });

  it("is none where no time is given", async () => {
    let done: (value: number) => void = () => undefined;
    const waiting = within(
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
