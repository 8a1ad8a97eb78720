import assert from "node:assert/strict";
import { untilAborted } from "../../../../server/support/time/until-aborted";

describe("work until a signal aborts it", () => {
  it("returns its result or throws its error, and stops listening", async () => {
    const { signal } = new AbortController();
    const listening: string[] = [];
    signal.addEventListener = () => void listening.push("added");
    signal.removeEventListener = () => void listening.push("removed");
    assert.equal(await untilAborted(signal, () => Promise.resolve(1)), 1);
    await assert.rejects(
      untilAborted(signal, () => Promise.reject(new Error("failed"))),
      /^Error: failed$/,
    );
    assert.deepEqual(listening, ["added", "removed", "added", "removed"]);
  });

  it("throws the reason immediately", async () => {
    for (const [reason, expected] of [
      [new Error("destroyed"), /^Error: destroyed$/],
      ["destroyed", /^Error: destroyed$/],
    ] as const) {
      const controller = new AbortController();
      const waiting = untilAborted(controller.signal, () => new Promise(() => undefined));
      controller.abort(reason);
      await assert.rejects(waiting, expected);
    }
  });

  it("does not start after the signal", async () => {
    let begun = false;
    const work = () => {
      begun = true;
      return Promise.resolve();
    };
    await assert.rejects(untilAborted(AbortSignal.abort(new Error("over")), work), /^Error: over$/);
    assert.equal(begun, false);
  });
});
