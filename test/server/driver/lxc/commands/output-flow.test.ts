import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { OutputFlow } from "../../../../../server/driver/lxc/commands/output-flow";

describe("the output of a command after its end", () => {
  const never = new Promise<never>(() => undefined);
  let timers: NodeJS.Timeout[] = [];

  afterEach(() => {
    timers.forEach((timer) => clearInterval(timer));
    timers = [];
  });

  /** Counts bytes, and takes this long for each piece. */
  function counter(pieceMs: number): { readonly receiver: Writable; readonly bytes: () => number } {
    let bytes = 0;
    const receiver = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        timers.push(setTimeout(done, pieceMs));
      },
    });
    return { receiver, bytes: () => bytes };
  }

  function flowOf(pieceMs: number) {
    const source = new PassThrough();
    const { receiver, bytes } = counter(pieceMs);
    const flow = new OutputFlow([source]);
    flow.begin([receiver]);
    return { source, flow, bytes };
  }

  it("is passed on completely to a slow receiver", async () => {
    const { source, flow, bytes } = flowOf(150);
    for (let piece = 0; piece < 5; piece += 1) {
      source.write(Buffer.alloc(64 * 1024));
    }
    await flow.ended(never, undefined);
    assert.equal(bytes(), 5 * 64 * 1024);
  });

  it("does not wait for a process in the background that writes again and again", async () => {
    const { source, flow, bytes } = flowOf(0);
    source.write("its own");
    timers.push(setInterval(() => source.write("."), 20));
    await flow.ended(never, undefined);
    assert.ok(bytes() > "its own".length);
  });

  it("does not wait for one that writes more than a slow receiver takes", async () => {
    const { source, flow } = flowOf(5);
    timers.push(
      setInterval(() => {
        if (!source.writableNeedDrain) {
          source.write(Buffer.alloc(64 * 1024));
        }
      }, 1),
    );
    await flow.ended(never, undefined);
    assert.ok(source.readableFlowing !== null);
  });

  it("does not wait for a receiver that takes no more once the client has disconnected", async () => {
    const { source, flow } = flowOf(3_600_000);
    source.write(Buffer.alloc(64 * 1024));
    const gone = new AbortController();
    const ended = flow.ended(never, gone.signal);
    await pause(150);
    gone.abort();
    await ended;
    assert.ok(!source.destroyed);
  });
});
