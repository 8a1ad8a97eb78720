import assert from "node:assert/strict";
import { within } from "../../../../server/support/time/within";

const never = new Promise<string>(() => undefined);

describe("waiting for a promise within a time", () => {
  it("returns its value, or throws its error", async () => {
    assert.deepEqual(await within(60_000, Promise.resolve("done")), { value: "done" });
    await assert.rejects(within(60_000, Promise.reject(new Error("no"))), /no/);
  });

  it("returns undefined after the time limit", async () => {
    assert.equal(await within(1, never), undefined);
  });

  it("returns undefined if the signal is aborted before that", async () => {
    const cutShort = new AbortController();
    const waiting = within(60_000, never, cutShort.signal);
    cutShort.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await within(60_000, never, cutShort.signal), undefined);
  });
});
