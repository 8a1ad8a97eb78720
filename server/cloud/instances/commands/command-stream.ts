import { constants } from "node:os";
import { PassThrough } from "node:stream";
import { MccError } from "../../../../protocol/error";
import type { MethodResult, ParsedParameters } from "../../../../protocol/methods/method-table";
import { CommandTimeout } from "../../../driver/command-timeout";
import { within } from "../../../support/time-limits";
import type { StreamedRequest } from "./commands";
import { HeldOutput } from "./held-output";

type Answer = MethodResult<"instance.execRead">;
/** How a command ended. */
export type Ending = Pick<Answer, "exitCode" | "timedOut" | "outOfMemory">;
type Outcome = { readonly ending: Ending } | { readonly error: unknown };

const mostInputBytes = 256 * 1024;
/** How long a piece of the input waits for room. */
const roomMs = 5000;
const killedExitCode = 128 + constants.signals.SIGKILL;

/** A running command whose output a client reads piece by piece. It holds a bounded part of the output and the input. */
export class CommandStream {
  readonly #abort = new AbortController();
  readonly #stdin: PassThrough | undefined;
  readonly #stdout = new HeldOutput(() => this.#wake());
  readonly #stderr = new HeldOutput(() => this.#wake());
  #received = 0;
  /** The answer that the client may not have received. */
  #last: Answer = { number: 0, stdout: "", stderr: "" };
  #outcome: Outcome | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  /** Resolves when the command has ended, also after a failure. */
  readonly ended: Promise<void>;

  constructor(
    { command, stdin, timeoutSeconds }: ParsedParameters<"instance.execStart">,
    run: (request: StreamedRequest) => Promise<number | Ending>,
  ) {
    this.#stdin = stdin ? new PassThrough({ highWaterMark: mostInputBytes }) : undefined;
    const request = {
      command,
      stdin: this.#stdin ?? Buffer.alloc(0),
      output: { stdout: this.#stdout, stderr: this.#stderr },
      timeoutMs: timeoutSeconds * 1000,
      signal: this.#abort.signal,
    };
    this.ended = run(request)
      .then((end): Ending => (typeof end === "number" ? { exitCode: end } : end))
      .catch((error: unknown): Ending => {
        if (error instanceof CommandTimeout) {
          return { exitCode: killedExitCode, timedOut: true };
        }
        throw error;
      })
      .then(
        (ending) => this.#end({ ending }),
        (error: unknown) => this.#end({ error }),
      );
  }

  /** Kills the command. Its reads fail with this error. */
  end(reason: MccError): void {
    this.#abort.abort(reason);
  }

  /** @throws the error of the command, after its output; the signal's reason. */
  async read(
    { after, waitSeconds }: ParsedParameters<"instance.execRead">,
    signal: AbortSignal,
  ): Promise<Answer> {
    const turn = this.#reading.then(() => this.#readNext(after, waitSeconds, signal));
    this.#reading = turn.catch(() => undefined);
    return await turn;
  }

  /** @throws MccError `invalid` for a piece that is not the next one. */
  async write(
    { offset, data, end }: ParsedParameters<"instance.execWrite">,
    signal: AbortSignal,
  ): Promise<MethodResult<"instance.execWrite">> {
    const piece = Buffer.from(data, "base64").subarray(Math.max(0, this.#received - offset));
    if (offset > this.#received || (piece.length > 0 && this.#stdin === undefined)) {
      throw new MccError(
        "invalid",
        `A piece of standard input begins at byte ${offset}, but ${this.#received} bytes have arrived; send the next byte first, and start the command with standard input.`,
      );
    }
    const stdin = this.#stdin;
    if (stdin === undefined || this.#outcome !== undefined || stdin.writableEnded) {
      // A command may end without reading its input.
      this.#received += piece.length;
      return { received: this.#received };
    }
    if (stdin.writableNeedDrain) {
      const room = new Promise((resolve) => stdin.once("drain", resolve).once("close", resolve));
      await within(roomMs, room, signal);
      signal.throwIfAborted();
    }
    if (takesMore(stdin)) {
      // Another call with this piece may have come first.
      const rest = Buffer.from(data, "base64").subarray(Math.max(0, this.#received - offset));
      this.#received += rest.length;
      if (rest.length > 0) {
        stdin.write(rest);
      }
      if (end) {
        stdin.end();
      }
    }
    return { received: this.#received };
  }

  async #readNext(after: number, waitSeconds: number, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    if (after === this.#last.number - 1) {
      return this.#last;
    }
    if (after !== this.#last.number) {
      throw new MccError(
        "invalid",
        `The last answer about this command was number ${this.#last.number}, not ${after}.`,
      );
    }
    if (!this.#hasNews) {
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(waitSeconds * 1000, news, signal);
      signal.throwIfAborted();
    }
    const stdout = this.#stdout.take();
    const stderr = this.#stderr.take();
    const isLast = stdout.length + stderr.length === 0 && this.#stdout.isDrained && this.#stderr.isDrained;
    const ending = isLast ? this.#ending() : {};
    this.#last = {
      number: after + 1,
      stdout: stdout.toString("base64"),
      stderr: stderr.toString("base64"),
      ...ending,
    };
    return this.#last;
  }

  get #hasNews(): boolean {
    return this.#outcome !== undefined || !this.#stdout.isEmpty || !this.#stderr.isEmpty;
  }

  #ending(): Ending {
    if (this.#outcome !== undefined && "error" in this.#outcome) {
      throw this.#outcome.error;
    }
    return this.#outcome?.ending ?? {};
  }

  #end(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#stdin?.destroy();
    this.#wake();
  }
}

/** Another call may have ended the input, or the command may have ended. */
function takesMore({ writable, writableNeedDrain }: PassThrough): boolean {
  return writable && !writableNeedDrain;
}
