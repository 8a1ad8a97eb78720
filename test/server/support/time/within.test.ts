import assert from "node:assert/strict";
import { within } from "../../../../server/support/time/within";

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
