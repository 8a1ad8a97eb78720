import assert from "node:assert/strict";
import { OnceEach } from "../../../../server/support/concurrency/once-each";

describe("work that is done once for each key", () => {
  it("is shared by all callers, also while it is in progress", async () => {
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

  it("fails for all callers, and is repeated at the next call", async () => {
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
