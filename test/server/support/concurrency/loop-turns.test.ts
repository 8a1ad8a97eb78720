import assert from "node:assert/strict";
import { LoopTurns } from "../../../../server/support/concurrency/loop-turns";

describe("turns of the event loop", () => {
  it("are given one at a time, in the order of the calls", async () => {
    let iteration = 0;
    const count = (): void => {
      iteration += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const turns = new LoopTurns();
    const seen: [string, number][] = [];
    await Promise.all(
      ["a", "b", "c"].map(async (name) => {
        await turns.next();
        seen.push([name, iteration]);
      }),
    );
    clearImmediate(next);
    assert.deepEqual(
      seen.map(([name]) => name),
      ["a", "b", "c"],
    );
    assert.equal(new Set(seen.map(([, when]) => when)).size, 3, JSON.stringify(seen));
  });
});
