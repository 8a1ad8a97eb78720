import assert from "node:assert/strict";
import { closeSync, openSync, writeSync } from "node:fs";
import sinon from "sinon";
import { LogSink, type LogTarget } from "../../../server/log/sink";

/** A target whose behaviour the test sets for each write. */
class HandTarget implements LogTarget {
  written = "";
  onReplaced?: () => void;
  /** The error code with which each write fails. */
  failure: string | undefined;
  /** The number of bytes that fit until it would block. */
  room = Number.POSITIVE_INFINITY;
  tries = 0;

  write(bytes: Uint8Array): number {
    this.tries += 1;
    if (this.failure !== undefined || this.room === 0) {
      const code = this.failure ?? "EAGAIN";
      throw Object.assign(new Error(`${code}: it failed`), { code });
    }
    const part = bytes.subarray(0, this.room);
    this.room -= part.length;
    this.written += Buffer.from(part).toString();
    return part.length;
  }
}

function noteOf(dropped: number, reason: string): string {
  return `(${dropped} dropped: ${reason})\n`;
}

describe("the log's sink", () => {
  let clock: sinon.SinonFakeTimers;
  let target: HandTarget;
  let sink: LogSink;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    target = new HandTarget();
    sink = new LogSink(target, { noteOf, mostBytes: 20 });
  });
  afterEach(() => clock.restore());

  it("writes a line before it returns", () => {
    sink.write("one\n");
    assert.equal(target.written, "one\n");
    assert.equal(clock.countTimers(), 0);
  });

  for (const failure of ["ENOSPC", "EDQUOT", "EIO", "EPIPE", "EROFS", "EBADF", "EFBIG"]) {
    it(`drops and counts lines while writes fail with ${failure}, and reports them with the next line`, () => {
      target.failure = failure;
      sink.write("one\n");
      sink.write("two\n");
      assert.equal(target.written, "");
      target.failure = undefined;
      sink.write("three\n");
      assert.equal(target.written, `(2 dropped: ${failure}: it failed)\nthree\n`);
    });
  }

  it("reports dropped lines even if no line follows", () => {
    target.failure = "ENOSPC";
    sink.write("one\n");
    clock.tick(5_000);
    target.failure = undefined;
    clock.tick(1_000);
    assert.equal(target.written, "(1 dropped: ENOSPC: it failed)\n");
    assert.equal(clock.countTimers(), 0);
  });

  it("keeps lines for a slow reader, in their order", () => {
    target.room = 4;
    sink.write("one\n");
    sink.write("two\n");
    sink.write("three\n");
    assert.equal(target.written, "one\n");
    target.room = Number.POSITIVE_INFINITY;
    clock.tick(100);
    assert.equal(target.written, "one\ntwo\nthree\n");
    assert.equal(clock.countTimers(), 0);
  });

  it("keeps no more than its limit, and marks where lines are missing", () => {
    target.room = 0;
    for (let line = 0; line < 100; line += 1) {
      sink.write(`line ${line % 10}\n`);
    }
    target.room = Number.POSITIVE_INFINITY;
    clock.tick(100);
    sink.write("then\n");
    assert.equal(
      target.written,
      "line 0\nline 1\n(98 dropped: the reader of the log does not keep up)\nthen\n",
    );
  });

  it("writes lines that had to wait together", () => {
    target.room = 0;
    ["one", "two", "three"].forEach((line) => sink.write(`${line}\n`));
    target.room = Number.POSITIVE_INFINITY;
    target.tries = 0;
    clock.tick(1_000);
    assert.deepEqual([target.written, target.tries], ["one\ntwo\nthree\n", 1]);
  });

  it("tries less often while nothing is read", () => {
    target.room = 0;
    sink.write("one\n");
    clock.tick(10_000);
    target.tries = 0;
    clock.tick(10_000);
    assert.equal(target.tries, 20);
  });

  it("does not try a blocked target again for every line", () => {
    target.room = 0;
    sink.write("one\n");
    const { tries } = target;
    sink.write("two\n");
    assert.equal(target.tries, tries);
  });

  it("accepts a line longer than its limit if no line waits", () => {
    sink.write(`${"x".repeat(100)}\n`);
    assert.equal(target.written.length, 101);
  });

  for (const failure of [undefined, "ENOSPC"]) {
    it(`continues within a partly written line (${failure ?? "blocked"})`, () => {
      target.room = 2;
      const write = target.write.bind(target);
      target.write = (bytes) => {
        target.failure = target.room === 0 ? failure : undefined;
        return write(bytes);
      };
      sink.write("one\n");
      assert.equal(target.written, "on");
      target.room = Number.POSITIVE_INFINITY;
      clock.tick(1_000);
      assert.equal(target.written, "one\n");
    });
  }

  it("counts a line as dropped if its rest would be written to another file", () => {
    target.room = 2;
    sink.write("one\n");
    target.room = Number.POSITIVE_INFINITY;
    target.written = "";
    target.onReplaced?.();
    sink.write("two\n");
    clock.tick(1_000);
    assert.equal(target.written, "(1 dropped: the log file was replaced)\ntwo\n");
  });

  it("writes each line once if the target logs a failure of its own", () => {
    let troubles = 1;
    Object.assign(target, {
      beginLine: () => {
        if (troubles > 0) {
          troubles -= 1;
          sink.write("trouble\n");
        }
      },
    });
    sink.write("one\n");
    assert.equal(target.written, "one\ntrouble\n");
  });

  it("waits for a slow reader at the end, for a limited time", () => {
    target.room = 0;
    sink.write("one\n");
    sink.end();
    assert.ok(target.tries > 2);
    assert.equal(clock.countTimers(), 0);
  });

  it("outlasts a full disk", () => {
    const full = openSync("/dev/full", "w");
    try {
      const notes: string[] = [];
      const noteOfReal = (dropped: number, reason: string): string => {
        notes.push(`${dropped} ${reason}`);
        return "note\n";
      };
      const real = new LogSink({ write: (bytes) => writeSync(full, bytes) }, { noteOf: noteOfReal });
      real.write("one\n");
      real.write("two\n");
      real.end();
      assert.match(notes.at(-1) ?? "", /^2 ENOSPC/);
    } finally {
      closeSync(full);
    }
  });
});
