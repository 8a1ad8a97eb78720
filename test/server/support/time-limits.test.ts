import assert from "node:assert/strict";
import sinon from "sinon";
import { endsWithin, untilAborted, within } from "../../../server/support/time-limits";

const never = new Promise<string>(() => undefined);

describe("waiting for a promise within a time", () => {
  it("gives what it was fulfilled with, or what it throws", async () => {
    assert.deepEqual(await within(60_000, Promise.resolve("done")), { value: "done" });
    await assert.rejects(within(60_000, Promise.reject(new Error("no"))), /no/);
  });

  it("gives nothing when the time is over", async () => {
    assert.equal(await within(1, never), undefined);
  });

  it("gives nothing when the signal comes before that", async () => {
    const cutShort = new AbortController();
    const waiting = within(60_000, never, cutShort.signal);
    cutShort.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await within(60_000, never, cutShort.signal), undefined);
  });
});

describe("whether work ends in time", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  it("is true, or what it failed with, when it does; no timer is left", async () => {
    assert.equal(await endsWithin(1000, Promise.resolve("result")), true);
    await assert.rejects(endsWithin(1000, Promise.reject(new Error("failed"))), /^Error: failed$/);
    assert.equal(timers.countTimers(), 0);
  });

  it("is false when it does not, whatever becomes of it", async () => {
    let fail: (error: Error) => void = () => undefined;
    const ended = endsWithin(1000, new Promise((_resolve, reject) => (fail = reject)));
    await timers.tickAsync(1000);
    assert.equal(await ended, false);
    fail(new Error("too late"));
  });
});

describe("work until a signal aborts it", () => {
  it("gives its result, or what it failed with, and stops listening", async () => {
    const { signal } = new AbortController();
    const listening: string[] = [];
    signal.addEventListener = () => void listening.push("added");
    signal.removeEventListener = () => void listening.push("removed");
    assert.equal(await untilAborted(signal, () => Promise.resolve(1)), 1);
    await assert.rejects(
      untilAborted(signal, () => Promise.reject(new Error("failed"))),
      /^Error: failed$/,
    );
    assert.deepEqual(listening, ["added", "removed", "added", "removed"]);
  });

  it("gives way to the reason at once", async () => {
    for (const [reason, expected] of [
      [new Error("destroyed"), /^Error: destroyed$/],
      ["destroyed", /^Error: destroyed$/],
    ] as const) {
      const controller = new AbortController();
      const waiting = untilAborted(controller.signal, () => new Promise(() => undefined));
      controller.abort(reason);
      await assert.rejects(waiting, expected);
    }
  });

  it("does not begin after the signal", async () => {
    let begun = false;
    const work = () => {
      begun = true;
      return Promise.resolve();
    };
    await assert.rejects(untilAborted(AbortSignal.abort(new Error("over")), work), /^Error: over$/);
    assert.equal(begun, false);
  });
});
