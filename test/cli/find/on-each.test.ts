import assert from "node:assert/strict";
import { onEach } from "../../../cli/find/on-each";
import { ConnectionError } from "../../../client/connection-error";
import { MccError } from "../../../protocol/error";

/** Returns the messages of the errors that it throws. */
async function messagesOf(work: Promise<void>): Promise<string[]> {
  const error: unknown = await work.then(
    () => assert.fail("it throws"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AggregateError);
  return error.errors.map((each) => (each as Error).message);
}

describe("work on several items", () => {
  it("continues with the others if one fails", async () => {
    const done: number[] = [];
    const work = onEach([1, 2, 3], async (item) => {
      await Promise.resolve();
      if (item === 1) {
        throw new MccError("engine", "it hangs");
      }
      done.push(item);
    });
    assert.deepEqual(await messagesOf(work), ["it hangs"]);
    assert.deepEqual(done, [2, 3]);
  });

  it("reports each message once", async () => {
    const work = onEach([1, 2, 3, 4], (item) =>
      Promise.reject(new MccError("engine", item === 4 ? "no space" : "it hangs")),
    );
    assert.deepEqual(await messagesOf(work), ["it hangs", "no space"]);
  });

  it("reports a lost daemon once, whatever the message of each call is", async () => {
    const work = onEach([1, 2], (item) =>
      Promise.reject(new ConnectionError("unavailable", `call ${item} was lost`, true)),
    );
    assert.equal((await messagesOf(work)).length, 1);
  });

  it("processes 64 items at a time", async () => {
    let running = 0;
    let most = 0;
    await onEach(Array.from({ length: 200 }), async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    });
    assert.equal(most, 64);
  });
});
