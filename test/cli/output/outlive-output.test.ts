import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { outliveOutput } from "../../../cli/output/outlive-output";
import { captureIo } from "../../support/programs/captured-io";

/** Returns an output that fails every write with this code. */
function broken(code: string): Writable {
  return new Writable({
    write: (_bytes, _encoding, done) => done(Object.assign(new Error(`${code}: no`), { code })),
  });
}

describe("the output of a command", () => {
  it("causes an error at the end and exit code 1 in place of 0 if it cannot be written", async () => {
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

  it("causes no error if its reader has ended", async () => {
    const { io, stderr } = captureIo({ stdout: broken("EPIPE") });
    const end = outliveOutput("mcc", io);
    io.print("unread");
    assert.equal(await end(0), 0);
    assert.equal(stderr(), "");
  });

  it("is not lost if its reader is slow", async () => {
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
