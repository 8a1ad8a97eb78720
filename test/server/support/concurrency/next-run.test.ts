import assert from "node:assert/strict";
import { NextRun } from "../../../../server/support/concurrency/next-run";

describe("the next run of some work", () => {
  let ends: ((error?: Error) => void)[];
  let run: NextRun<number>;
  beforeEach(() => {
    ends = [];
    run = new NextRun(
      () =>
        new Promise((resolve, reject) => {
          const number = ends.push((error) => (error === undefined ? resolve(number) : reject(error)));
        }),
    );
  });

  /** Lets what has been resolved have its effects. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("begins after the one under way, and is shared by all who ask before that", async () => {
    const first = run.request();
    await settle();
    const others = [run.request(), run.request()];
    await settle();
    assert.equal(ends.length, 1);
    ends[0]?.();
    assert.equal(await first, 1);
    await settle();
    assert.equal(ends.length, 2);
    const last = run.request();
    ends[1]?.();
    assert.deepEqual(await Promise.all(others), [2, 2]);
    await settle();
    ends[2]?.();
    assert.equal(await last, 3);
  });

  it("also comes after one that failed, which all who share it are told", async () => {
    const failing = [run.request(), run.request()];
    await settle();
    const next = run.request();
    ends[0]?.(new Error("no"));
    for (const { status } of await Promise.allSettled(failing)) {
      assert.equal(status, "rejected");
    }
    await settle();
    ends[1]?.();
    assert.equal(await next, 2);
  });
});
