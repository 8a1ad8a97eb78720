import type { Socket } from "node:net";

/** Lists of strings on a connection, as launcher.pl has them. */
export class Messages {
  readonly #received: string[][] = [];
  #rest: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (let list = takeFirst(this.#rest); list !== undefined; list = takeFirst(this.#rest)) {
        this.#rest = list.after;
        this.#received.push(partsOf(list.content).map(String));
      }
      this.#wake();
    });
    socket.on("close", () => this.#wake());
  }

  get closed(): boolean {
    return this.socket.destroyed;
  }

  onClose(listener: () => void): void {
    this.socket.once("close", listener);
  }

  send(words: readonly string[]): void {
    this.socket.write(framed(Buffer.concat(words.map((word) => framed(Buffer.from(word))))));
  }

  /** Undefined once the other side has gone. */
  async receive(): Promise<readonly string[] | undefined> {
    while (this.#received.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift();
  }
}

interface First {
  readonly content: Buffer;
  readonly after: Buffer;
}

/** Undefined before all of it has come. */
function takeFirst(bytes: Buffer): First | undefined {
  const end = bytes.length < 4 ? Infinity : 4 + bytes.readUInt32BE();
  return end > bytes.length ? undefined : { content: bytes.subarray(4, end), after: bytes.subarray(end) };
}

function partsOf(bytes: Buffer): Buffer[] {
  const first = takeFirst(bytes);
  return first === undefined ? [] : [first.content, ...partsOf(first.after)];
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
