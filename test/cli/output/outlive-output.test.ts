import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { outliveOutput } from "../../../cli/output/outlive-output";
import { captureIo } from "../../support/programs/captured-io";

/** Takes nothing, for this reason. */
function broken(code: string): Writable {
  return new Writable({
    write: (_bytes, _encoding, done) => done(Object.assign(new Error(`${code}: no`), { code })),
  });
}

describe("output that cannot be written", () => {
  it("is told at the end, and makes the exit code 1 in place of 0", async () => {
    for (const [exitCode, expected] of [
      [0, 1],
      [7, 7],
    ] as const) {
      const { io, stderr } = captureIo({ stdout: broken("ENOSPC") });
      const end = outliveOutput("mcc", io);
      io.print("lost");
      assert.equal(await end(exitCode), expected);
      assert.equal(stderr(), "mcc: Writing the output failed: ENOSPC: no.\n");
    }
  });

  it("is no failure when nobody reads it", async () => {
    const { io, stderr } = captureIo({ stdout: broken("EPIPE") });
    const end = outliveOutput("mcc", io);
    io.print("unread");
    assert.equal(await end(0), 0);
    assert.equal(stderr(), "");
  });

  it("is waited for, however slow its reader is", async () => {
    const taken: string[] = [];
    const stdout = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        setImmediate(() => {
          taken.push(bytes.toString());
          done();
        });
      },
    });
    const { io } = captureIo({ stdout });
    const end = outliveOutput("mcc", io);
    ["a", "b", "c"].forEach((line) => io.print(line));
    assert.equal(await end(0), 0);
    assert.equal(taken.join(""), "a\nb\nc\n");
  });
});
