import assert from "node:assert/strict";
import { RecentAnswer } from "../../../../server/support/concurrency/recent-answer";

const long = 1_000_000;

describe("a recent answer", () => {
  /** Counts the questions, each of which is answered by its number. */
  function counting(freshMs: number): RecentAnswer<number> {
    let asked = 0;
    return new RecentAnswer(async () => {
      asked += 1;
      const number = asked;
      await Promise.resolve();
      return number;
    }, freshMs);
  }

  it("is asked for once while it counts, and again when it does not", async () => {
    const recent = counting(long);
    assert.deepEqual(await Promise.all([recent.get(), recent.get()]), [1, 1]);
    assert.equal(await recent.get(), 1);
    assert.equal(await recent.get((answer) => answer > 1), 2);
    recent.forget();
    assert.equal(await recent.get(), 3);
    const brief = counting(-1);
    assert.deepEqual([await brief.get(), await brief.get()], [1, 2]);
  });

  it("does not count if it was on its way when it was forgotten", async () => {
    const recent = counting(long);
    const early = recent.get();
    recent.forget();
    assert.equal(await early, 1);
    assert.equal(await recent.get(), 2);
  });

  it("is asked for again after a failure", async () => {
    let fails = true;
    const recent = new RecentAnswer(
      () => (fails ? Promise.reject(new Error("no")) : Promise.resolve("yes")),
      long,
    );
    await assert.rejects(recent.get(), /no/);
    fails = false;
    assert.equal(await recent.get(), "yes");
  });
});
