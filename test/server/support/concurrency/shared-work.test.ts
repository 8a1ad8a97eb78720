import assert from "node:assert/strict";
import { SharedWork } from "../../../../server/support/concurrency/shared-work";

describe("shared work", () => {
  it("is done once for all callers while it is in progress, and again for later ones", async () => {
    const shared = new SharedWork<string, number>();
    let done = 0;
    const work = async (): Promise<number> => {
      await Promise.resolve();
      done += 1;
      return done;
    };
    assert.deepEqual(await Promise.all(["a", "a", "b"].map((key) => shared.run(key, work))), [1, 1, 2]);
    assert.equal(await shared.run("a", work), 3);
  });

  it("fails for all callers that share it, and is tried again", async () => {
    const shared = new SharedWork<string, number>();
    const failed = await Promise.allSettled(
      [1, 2].map(() => shared.run("a", () => Promise.reject(new Error("no")))),
    );
    assert.deepEqual(
      failed.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(await shared.run("a", () => Promise.resolve(4)), 4);
  });
});
