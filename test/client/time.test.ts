import assert from "node:assert/strict";
import sinon from "sinon";
import { systemTime } from "../../client/time";

describe("the system time of a client", () => {
  const beginMs = Date.parse("2026-01-01T00:00:00Z");
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: beginMs });
  });
  afterEach(() => timers.restore());

  it("is the host's time in milliseconds since 1970", async () => {
    assert.equal(systemTime.now(), beginMs);
    await timers.tickAsync(1234);
    assert.equal(systemTime.now(), beginMs + 1234);
  });

  it("pauses for the given number of milliseconds", async () => {
    let over = false;
    const pause = systemTime.pause(500).then(() => {
      over = true;
    });
    await timers.tickAsync(499);
    assert.equal(over, false);
    await timers.tickAsync(1);
    assert.equal(over, true);
    await pause;
  });
});
