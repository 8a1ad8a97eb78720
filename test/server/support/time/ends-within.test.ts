import assert from "node:assert/strict";
import sinon from "sinon";
import { endsWithin } from "../../../../server/support/time/ends-within";

describe("whether work ends in time", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  it("is true, or its error, if it does; no timer is left", async () => {
    assert.equal(await endsWithin(1000, Promise.resolve("result")), true);
    await assert.rejects(endsWithin(1000, Promise.reject(new Error("failed"))), /^Error: failed$/);
    assert.equal(timers.countTimers(), 0);
  });

  it("is false if it does not, even if it fails later", async () => {
    let fail: (error: Error) => void = () => undefined;
    const ended = endsWithin(1000, new Promise((_resolve, reject) => (fail = reject)));
    await timers.tickAsync(1000);
    assert.equal(await ended, false);
    fail(new Error("too late"));
  });
});
