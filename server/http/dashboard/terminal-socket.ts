import type { Logger } from "pino";
import type { RawData, WebSocket } from "ws";
import * as z from "zod";
import { MccError } from "../../../protocol/error";
import { type Terminal, terminalSizeSchema } from "../../methods/terminals/terminal";

/** How often the browser must show that it still exists. Proxies often close a silent connection after a minute. */
const beatMs = 20_000;
/** What the browser may leave unread before the shell has to wait. */
const mostUnreadBytes = 512 * 1024;
const askAgainMs = 20;
/** The messages that wait for the shell. */
const mostEarly = 100;
/** How long the browser may take to close its side. */
const farewellMs = 2000;

/** A message of the page in text: a new size. What the user types is binary. */
const messageSchema = z.strictObject({ resize: terminalSizeSchema });

/**
 * The connection of a terminal's page. Output is sent as binary messages. The last message is text: JSON with the member `ended`,
 * a sentence that says why.
 */
export class TerminalSocket {
  #terminal: Terminal | undefined;
  /** What came before the shell was started. */
  readonly #early: (() => void)[] = [];
  #isAlive = true;
  #isEnded = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly log: Logger,
  ) {
    const beat = setInterval(() => this.#beat(), beatMs).unref();
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    socket.on("error", (error) => log.debug({ reason: error.message }, "the connection of a terminal broke"));
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.once("close", () => {
      clearInterval(beat);
      this.#isEnded = true;
      this.#terminal?.close();
    });
  }

  /** Passes on what the user types to this terminal, until one of both ends. */
  connect(terminal: Terminal): void {
    this.#terminal = terminal;
    terminal.ended.then(
      (reason) => this.end(reason),
      (error: unknown) => {
        this.log.error({ err: error }, "a terminal failed");
        this.end("The daemon could not continue the terminal; its log says why.");
      },
    );
    if (this.#isEnded) {
      terminal.close();
      return;
    }
    this.#early.splice(0).forEach((act) => this.#try(act));
  }

  /** Sends output. Resolves when the browser has read most of it, or is gone. */
  async show(bytes: Buffer): Promise<void> {
    if (this.#isOpen) {
      this.socket.send(bytes);
    }
    while (this.#isOpen && this.socket.bufferedAmount > mostUnreadBytes) {
      await new Promise((resolve) => setTimeout(resolve, askAgainMs));
    }
  }

  /** Ends it, and tells the page why. */
  end(reason: string): void {
    if (this.#isEnded) {
      return;
    }
    this.#isEnded = true;
    this.#terminal?.close();
    this.socket.send(JSON.stringify({ ended: reason }));
    this.socket.close(1000);
    setTimeout(() => this.socket.terminate(), farewellMs).unref();
  }

  get #isOpen(): boolean {
    return !this.#isEnded && this.socket.readyState === this.socket.OPEN;
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    this.#try(() => {
      if (isBinary) {
        this.#pass((terminal) => terminal.type(bytes));
        return;
      }
      const message = messageSchema.safeParse(jsonOf(bytes));
      if (!message.success) {
        throw new MccError("invalid", "The page sent a message that is no size of the terminal.");
      }
      this.#pass((terminal) => terminal.resize(message.data.resize));
    });
  }

  #pass(act: (terminal: Terminal) => void): void {
    const terminal = this.#terminal;
    if (terminal !== undefined) {
      act(terminal);
      return;
    }
    if (this.#early.length >= mostEarly) {
      throw new MccError("exhausted", "The page sent too much before the shell was started.");
    }
    this.#early.push(() => this.#pass(act));
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!MccError.isInstance(error)) {
        throw error;
      }
      this.end(error.message);
    }
  }

  #beat(): void {
    if (!this.#isAlive) {
      this.socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.socket.ping();
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}
