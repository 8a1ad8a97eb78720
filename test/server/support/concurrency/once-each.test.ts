import assert from "node:assert/strict";
import { OnceEach } from "../../../../server/support/concurrency/once-each";

describe("what is done once for each key", () => {
  it("is shared by all who ask, also while it is under way", async () => {
    const done: string[] = [];
    const each = new OnceEach<string>((key) => {
      done.push(key);
      return Promise.resolve();
    });
    await Promise.all([each.ensure("a"), each.ensure("a"), each.ensure("b")]);
    await each.ensure("a");
    assert.deepEqual(done, ["a", "b"]);
    each.forget();
    await each.ensure("a");
    assert.deepEqual(done, ["a", "b", "a"]);
  });

  it("fails for all who asked, and is done again at the next call", async () => {
    let tries = 0;
    const each = new OnceEach<string>(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve();
    });
    const results = await Promise.allSettled([each.ensure("a"), each.ensure("a")]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    await each.ensure("a");
    await each.ensure("a");
    assert.equal(tries, 2);
  });
});
