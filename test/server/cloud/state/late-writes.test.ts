import assert from "node:assert/strict";
import pino from "pino";
import sinon from "sinon";
import { LateWrites } from "../../../../server/cloud/state/late-writes";

const log = pino({ level: "silent" });
const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
  code: "ENOSPC",
  syscall: "write",
  errno: -28,
});

describe("a deferrable write", () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => timers.restore());

  it("is done once and at once if there is space", async () => {
    const write = sinon.stub().resolves();
    assert.equal(await new LateWrites(log).attempt("a", write), true);
    await timers.tickAsync(60_000);
    assert.equal(write.callCount, 1);
  });

  it("is retried until there is space, at least every ten seconds", async () => {
    const writtenMs: number[] = [];
    let isFull = true;
    const write = (): Promise<void> => {
      writtenMs.push(timers.now);
      return isFull ? Promise.reject(full) : Promise.resolve();
    };
    assert.equal(await new LateWrites(log).attempt("a", write), false);
    await timers.tickAsync(300_000);
    const pauses = writtenMs.map((ms, index) => ms - (writtenMs[index - 1] ?? 0));
    assert.equal(Math.max(...pauses), 10_000);
    isFull = false;
    await timers.tickAsync(10_000);
    const count = writtenMs.length;
    await timers.tickAsync(60_000);
    assert.equal(writtenMs.length, count, "once it is written");
  });

  it("is replaced by a later write of the same file", async () => {
    const lateWrites = new LateWrites(log);
    const first = sinon.stub().rejects(full);
    await lateWrites.attempt("a", first);
    await lateWrites.attempt("a", () => Promise.resolve());
    await timers.tickAsync(60_000);
    assert.equal(first.callCount, 1);
  });

  it("fails at once for another reason", async () => {
    const defect = new Error("a defect");
    await assert.rejects(
      new LateWrites(log).attempt("a", () => Promise.reject(defect)),
      defect,
    );
  });

  it("is not retried after the end", async () => {
    const lateWrites = new LateWrites(log);
    const write = sinon.stub().rejects(full);
    await lateWrites.attempt("a", write);
    lateWrites.close();
    await timers.tickAsync(60_000);
    assert.equal(write.callCount, 1);
  });
});
