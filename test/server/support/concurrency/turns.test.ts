import assert from "node:assert/strict";
import { Queue, Turns } from "../../../../server/support/concurrency/turns";

describe("a queue", () => {
  it("runs work in the order of the calls, also after work that failed", async () => {
    const queue = new Queue();
    const events: string[] = [];
    const first = queue.take(async () => {
      await Promise.resolve();
      events.push("first");
      throw new Error("failed");
    });
    const second = queue.take(() => Promise.resolve(events.push("second")));
    await assert.rejects(first, /^Error: failed$/);
    assert.equal(await second, 2);
    assert.deepEqual(events, ["first", "second"]);
  });
});

describe("turns", () => {
  it("run work with one key in the order of the calls, also after work that failed; other keys do not wait", async () => {
    const turns = new Turns<number>();
    const events: string[] = [];
    let endFirst = (): void => undefined;
    const first = turns.take(500, async () => {
      events.push("500 begins");
      await new Promise<void>((resolve) => {
        endFirst = resolve;
      });
      events.push("500 ends");
      throw new Error("failed");
    });
    const second = turns.take(500, () => Promise.resolve(events.push("500 again")));
    await turns.take(501, () => Promise.resolve(events.push("501")));
    assert.deepEqual(events, ["500 begins", "501"]);
    endFirst();
    await assert.rejects(first, /^Error: failed$/);
    assert.equal(await second, 4);
    assert.deepEqual(events, ["500 begins", "501", "500 ends", "500 again"]);
  });
});
