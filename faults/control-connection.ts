import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
import type { Order, Recording } from "./preload/control";

/** A connection to the module in a daemon. */
export class ControlConnection {
  readonly #socket: Socket;
  readonly #lines: Interface;
  readonly #closed: Promise<undefined>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface(socket);
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve(undefined)));
    // The daemon may be killed at any time.
    [socket, this.#lines].forEach((each) => each.on("error", () => undefined));
  }

  /** @throws the system's error if the daemon does not run. */
  static async open(path: string): Promise<ControlConnection> {
    const socket = connect(path);
    await once(socket, "connect");
    return new ControlConnection(socket);
  }

  /** @returns the module's answer; undefined if the daemon has ended. */
  async send(order: Order): Promise<Recording | undefined> {
    const answer = new Promise<Recording>((resolve) =>
      this.#lines.once("line", (line) => resolve(JSON.parse(line) as Recording)),
    );
    this.#socket.write(`${JSON.stringify(order)}\n`);
    return await Promise.race([answer, this.#closed]);
  }

  close(): void {
    this.#socket.destroy();
  }
}
