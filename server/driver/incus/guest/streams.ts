import { Readable, type Writable } from "node:stream";
import type { WebSocket } from "ws";
import { KeptBytes } from "../../../support/kept-bytes";

/** One frame. A larger one would be kept as a whole on the other side. */
const frameBytes = 64 * 1024;

/** Receives one output of a command: keeps its first bytes, or passes all on. The command waits for the receiver. */
export class OutputSocket {
  readonly #kept: KeptBytes;
  #receiver: Writable | undefined;
  /** Resolves when everything was received. */
  readonly ended: Promise<void>;

  constructor(
    private readonly socket: WebSocket,
    receiver: Writable | undefined,
    mostBytes: number,
  ) {
    this.#kept = new KeptBytes(receiver === undefined ? mostBytes : 0);
    this.#receiver = receiver;
    this.ended = new Promise((resolve) => {
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        // The engine marks the end of a stream by a text.
        if (isBinary) {
          this.#take(data);
        } else {
          resolve();
        }
      });
      socket.once("close", () => resolve());
    });
    socket.resume();
  }

  get truncated(): boolean {
    return this.#receiver === undefined && this.#kept.truncated;
  }

  bytes(): Buffer {
    return this.#kept.bytes();
  }

  /** Discards what comes from now on: the command was killed, and its receiver may take no more. */
  discard(): void {
    this.#receiver = undefined;
    this.socket.resume();
  }

  #take(data: Buffer): void {
    const receiver = this.#receiver;
    if (receiver === undefined) {
      this.#kept.add(data);
      return;
    }
    if (data.length > 0 && !receiver.write(data)) {
      this.socket.pause();
      receiver.once("drain", () => this.socket.resume());
    }
  }
}

/** Sends a command its standard input, and its end. @returns a function that ends the sending. */
export function sendInput(socket: WebSocket, input: Uint8Array | Readable): () => void {
  // A command may end without reading it.
  socket.resume();
  const source = input instanceof Readable ? input : Readable.from(framesOf(input));
  const onData = (chunk: Buffer): void => {
    source.pause();
    socket.send(chunk, { binary: true }, () => source.resume());
  };
  // An empty text is the end of the input.
  const onEnd = (): void => socket.send("", { binary: false }, () => undefined);
  const stop = (): void => {
    source.off("data", onData).off("end", onEnd).off("close", onEnd);
  };
  source
    .on("data", onData)
    .once("end", onEnd)
    .on("error", () => undefined);
  return stop;
}

function* framesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += frameBytes) {
    yield bytes.subarray(at, at + frameBytes);
  }
}
