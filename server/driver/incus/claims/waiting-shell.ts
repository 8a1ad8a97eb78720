import { setTimeout as pause } from "node:timers/promises";
import type { WebSocket } from "ws";
import { MccError, messageOf } from "../../../../protocol/error";
import { toSendable } from "../../../../protocol/wire/codec";
import type { Engine } from "../engine";
import { type CommandSockets, openCommand, openSockets } from "../guest/command";
import { doneLine, readyLine, readyScript } from "./claim-script";

/** The limit for a message of the shell. */
const mostOutput = 4096;

/**
 * A shell that was started in a container ahead, and waits there for one script. Sending it takes a hundredth of the time of a
 * new command. It ends with its connection, so also with the daemon.
 */
export class WaitingShell {
  readonly #sockets: CommandSockets;
  readonly #outputEnded: Promise<void>;
  #output = "";
  #errors = "";
  #isClosed = false;
  #onOutput: () => void = () => undefined;

  private constructor(sockets: CommandSockets) {
    this.#sockets = sockets;
    const { input, output, errors, control } = sockets;
    this.#collect(output, (text) => {
      this.#output = (this.#output + text).slice(-mostOutput);
      this.#onOutput();
    });
    this.#collect(errors, (text) => {
      this.#errors = (this.#errors + text).slice(0, mostOutput);
    });
    const end = (): void => {
      this.#isClosed = true;
    };
    openSockets(sockets).forEach((socket) => socket.once("close", end));
    // Another of the connections can end before the output has arrived.
    this.#outputEnded = new Promise((resolve) => {
      output.once("close", () => resolve());
      output.on("message", (_data: Buffer, isBinary: boolean) => {
        // The engine marks the end of the output by a text.
        if (!isBinary) {
          end();
          resolve();
        }
      });
    });
    input.resume();
    control?.resume();
  }

  /** @throws MccError `conflict` if the container does not run; `engine` if its image cannot be claimed; `timeout`. */
  static async open(engine: Engine, id: number): Promise<WaitingShell> {
    const { sockets } = await openCommand(engine, id, ["/bin/sh"]);
    const shell = new WaitingShell(sockets);
    try {
      await shell.#send(readyScript, readyLine, engine.timeoutMs);
      return shell;
    } catch (error) {
      shell.close();
      throw MccError.reword(
        error,
        `Container ${id} cannot be prepared for a claim: ${messageOf(error)}`,
        "engine",
      );
    }
  }

  /** Whether it still waits. It ends with the engine's own daemon on that member. */
  get isWaiting(): boolean {
    return !this.#isClosed;
  }

  /** Runs a script that prints `doneLine` last. Works once. @throws MccError `engine`, `timeout`. */
  async run(script: string, timeoutMs: number): Promise<void> {
    await this.#send(script, doneLine, timeoutMs);
  }

  close(): void {
    openSockets(this.#sockets).forEach((socket) => socket.terminate());
  }

  async #send(script: string, answer: string, timeoutMs: number): Promise<void> {
    const over = new AbortController();
    const answered = new Promise<boolean>((resolve) => {
      this.#onOutput = () => {
        if (this.#output.endsWith("\n")) {
          resolve(this.#output.trim() === answer);
        }
      };
    });
    this.#output = "";
    this.#sockets.input.send(Buffer.from(script), { binary: true }, () => undefined);
    const limit = pause(timeoutMs, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
    const done = await Promise.race([answered, this.#outputEnded.then(() => false), limit]);
    over.abort();
    if (done === undefined) {
      throw new MccError(
        "timeout",
        `The shell in the container did not answer within ${timeoutMs / 1000} s.`,
      );
    }
    if (!done) {
      const reason = toSendable(`${this.#errors}${this.#output}`).trim().replaceAll("\n", "; ");
      throw new MccError("engine", `The shell in the container failed: ${reason || "it ended"}.`);
    }
  }

  #collect(socket: WebSocket, take: (text: string) => void): void {
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        take(data.toString());
      }
    });
    socket.resume();
  }
}
