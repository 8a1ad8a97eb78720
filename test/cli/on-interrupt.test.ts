import assert from "node:assert/strict";
import { onInterrupt } from "../../cli/on-interrupt";
import { captureIo } from "../support/programs/captured-io";

describe("an interrupt", () => {
  it("ends the run with the exit code of its signal after the last message", async () => {
    for (const [signal, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const { io, signal: send, stderr } = captureIo();
      onInterrupt(io, async () => {
        await new Promise(setImmediate);
        io.note("what stays");
      });
      send(signal);
      assert.equal(await io.exited, exitCode);
      assert.equal(stderr(), "what stays\n");
    }
  });

  it("prints the message once, and keeps the exit code of the first of several signals", async () => {
    const { io, signal, stderr } = captureIo();
    onInterrupt(io, () => io.note("what stays"));
    signal("SIGTERM");
    signal("SIGINT");
    assert.equal(await io.exited, 143);
    assert.equal(stderr(), "what stays\n");
  });

  it("has no listeners once the work is done", () => {
    const { io, signal } = captureIo();
    const end = onInterrupt(io, () => assert.fail("nothing is left to say"));
    end();
    assert.equal(signal("SIGINT"), false);
    assert.equal(signal("SIGTERM"), false);
  });
});
