import assert from "node:assert/strict";
import { once } from "../../../../server/support/concurrency/once";

describe("work that is done once", () => {
  it("is shared by all callers", async () => {
    let runs = 0;
    const ask = once(() => Promise.resolve(++runs));
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
    assert.equal(await ask(), 1);
  });

  it("is tried again after a failure", async () => {
    let runs = 0;
    const ask = once(() => (++runs === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve(runs)));
    const first = await Promise.allSettled([ask(), ask()]);
    assert.deepEqual(
      first.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(await ask(), 2);
    assert.equal(await ask(), 2);
  });
});
