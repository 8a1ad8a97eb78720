import { once } from "node:events";
import type { Client } from "../../client/client";
import type { Input, Io, Output } from "../io";
import type { Target } from "./instances";

/** The size of one piece of standard input. */
const pieceBytes = 256 * 1024;
/** How often the daemon is told that this client still exists while its own output waits for a reader. */
const signOfLifeMs = 3000;

interface Command {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly timeoutSeconds: number;
}

/** How a command ended. */
export interface StreamedEnd {
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly outOfMemory: boolean;
}

/** Runs a command in an instance, and passes its input and output on while it runs. */
export class StreamedCommand {
  readonly #client: Client;
  readonly #io: Io;
  readonly #exec: string;
  #sent = 0;

  private constructor(client: Client, io: Io, exec: string) {
    this.#client = client;
    this.#io = io;
    this.#exec = exec;
  }

  static async start(client: Client, io: Io, target: Target, command: Command): Promise<StreamedCommand> {
    const { exec } = await client.call("instance.execStart", {
      ...target,
      ...command,
      command: [...command.command],
    });
    const started = new StreamedCommand(client, io, exec);
    if (command.stdin) {
      // Its end matters only to the command. A failure of the daemon also ends the reads.
      started.#send(io.stdin).catch(() => undefined);
    }
    return started;
  }

  /** Passes the output on until the command ends. Ends it if nobody reads its output any more. */
  async follow(): Promise<StreamedEnd | undefined> {
    const { stdout, stderr } = this.#io;
    const lost = lossOf(stdout);
    for (let after = 0; ; after += 1) {
      const answer = await this.#client.call("instance.execRead", { exec: this.#exec, after });
      await this.#pass(stdout, answer.stdout);
      await this.#pass(stderr, answer.stderr);
      if (lost()) {
        await this.end();
        return undefined;
      }
      if (answer.exitCode !== undefined) {
        await this.end();
        return {
          exitCode: answer.exitCode,
          timedOut: answer.timedOut === true,
          outOfMemory: answer.outOfMemory === true,
        };
      }
    }
  }

  /** Ends the command with all its processes. */
  async end(): Promise<void> {
    await this.#client.call("instance.execEnd", { exec: this.#exec });
  }

  /** Waits until the reader of the output takes more, so that no output collects in this process. */
  async #pass(stream: Output, base64: string): Promise<void> {
    if (base64 === "" || stream.write(Buffer.from(base64, "base64")) || stream.destroyed) {
      return;
    }
    const alive = setInterval(() => {
      this.#client
        .call("instance.execWrite", { exec: this.#exec, offset: this.#sent })
        .catch(() => undefined);
    }, signOfLifeMs);
    const over = new AbortController();
    const { signal } = over;
    try {
      await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]);
    } catch {
      // The stream failed, which `lossOf` sees.
    } finally {
      over.abort();
      clearInterval(alive);
    }
  }

  async #send(stdin: Input): Promise<void> {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        await this.#sendPiece(chunk.subarray(start, start + pieceBytes));
      }
    }
    await this.#client.call("instance.execWrite", { exec: this.#exec, offset: this.#sent, end: true });
  }

  async #sendPiece(piece: Buffer): Promise<void> {
    const end = this.#sent + piece.length;
    while (this.#sent < end) {
      const { received } = await this.#client.call("instance.execWrite", {
        exec: this.#exec,
        offset: this.#sent,
        data: piece.subarray(piece.length - (end - this.#sent)).toString("base64"),
      });
      this.#sent = received;
    }
  }
}

/** Returns a function that tells whether the stream has failed, as when the reader of a pipe has ended. */
function lossOf(stream: Output): () => boolean {
  let isLost = false;
  stream.once("error", () => {
    isLost = true;
  });
  return () => isLost || stream.destroyed;
}
