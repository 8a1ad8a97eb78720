import { MccError } from "../../../protocol/error";
import { instanceMethods } from "../../../protocol/methods/instance";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { within } from "../../support/time-limits";
import type { Caller, Dispatch } from "../calls/callable";
import { ShellInput } from "./shell-input";
import type { Terminal, TerminalSize } from "./terminal";
import { TerminalDevice } from "./terminal-command";

const readSeconds = 20;
/** A shell whose turn has come begins its output within this time. */
const startsSeconds = 3;
const waits = Buffer.from(
  "The shell has not started yet. It may have to wait until other commands or terminals of the instance end.\r\n",
);
/** Shorter than the time after which the daemon ends a command without a client. */
const readAgainMs = 4000;
/** The command of a shell, and its instance. */
interface Shell {
  readonly instance: number;
  readonly uid: string;
  readonly exec: string;
}

/** A terminal whose shell is a command that the daemon follows. */
export class ShellTerminal implements Terminal {
  readonly ended: Promise<string>;
  readonly #abort = new AbortController();
  readonly #device = new TerminalDevice();
  readonly #input = new ShellInput((offset, piece) => this.#write(offset, piece));
  #sizing: Promise<unknown> = Promise.resolve();
  #size: TerminalSize;
  /** The size that the terminal has. */
  #fitted: TerminalSize;

  constructor(
    private readonly dispatch: Dispatch,
    private readonly caller: Caller,
    private readonly shell: Shell,
    size: TerminalSize,
    private readonly show: (bytes: Buffer) => Promise<void>,
  ) {
    this.#size = size;
    this.#fitted = size;
    this.ended = this.#follow().catch((error: unknown) => {
      if (MccError.isInstance(error)) {
        return error.message;
      }
      throw error;
    });
  }

  type(bytes: Buffer): void {
    this.#input.add(bytes);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#fit();
  }

  close(): void {
    this.#abort.abort(new MccError("unavailable", "The terminal was closed."));
    const { exec } = this.shell;
    void this.dispatch(this.caller, "instance.execEnd", [{ exec }]).catch(() => undefined);
  }

  async #follow(): Promise<string> {
    const { exec } = this.shell;
    const { result } = instanceMethods["instance.execRead"];
    for (let after = 0; ; after += 1) {
      const parameters = { exec, after, waitSeconds: after === 0 ? startsSeconds : readSeconds };
      const answer = result.parse(await this.#read(parameters));
      const output = Buffer.concat([
        this.#device.find(Buffer.from(answer.stdout, "base64")),
        Buffer.from(answer.stderr, "base64"),
      ]);
      if (this.#size !== this.#fitted) {
        // The size changed before the terminal was known.
        this.#fit();
      }
      const isLate = after === 0 && isEmpty(answer);
      await this.#shown(isLate ? waits : output, parameters);
      if (answer.timedOut === true) {
        return "The terminal was open for an hour, which is the limit; open it again.";
      }
      if (answer.exitCode !== undefined) {
        return `The shell ended with the exit code ${answer.exitCode}.`;
      }
    }
  }

  #read(parameters: ParsedParameters<"instance.execRead">): Promise<unknown> {
    return this.dispatch(this.caller, "instance.execRead", [parameters], this.#signal());
  }

  /**
   * Shows output. While that waits for room, it reads the same output again, because the daemon ends a command of which no
   * client asks for output. The connection decides how long a browser may read nothing.
   */
  async #shown(output: Buffer, parameters: ParsedParameters<"instance.execRead">): Promise<void> {
    const shown = output.length > 0 ? this.show(output) : Promise.resolve();
    while ((await within(readAgainMs, shown)) === undefined) {
      await this.#read(parameters);
    }
  }

  /** Gives the terminal its new size, in turn. Only the last of several sizes counts. */
  #fit(): void {
    this.#sizing = this.#sizing.then(async () => {
      const { path } = this.#device;
      const size = this.#size;
      if (path !== undefined && size !== this.#fitted && !this.#abort.signal.aborted) {
        this.#fitted = size;
        await this.#setSize(path, size).catch(() => undefined);
      }
    });
  }

  async #write(offset: number, piece: Buffer): Promise<number> {
    const { exec } = this.shell;
    const parameters = { exec, offset, data: piece.toString("base64"), end: false };
    const answer = await this.dispatch(this.caller, "instance.execWrite", [parameters], this.#signal());
    return instanceMethods["instance.execWrite"].result.parse(answer).received;
  }

  async #setSize(device: string, { columns, rows }: TerminalSize): Promise<void> {
    const { instance, uid } = this.shell;
    const command = ["stty", "-F", device, "cols", String(columns), "rows", String(rows)];
    await this.dispatch(
      this.caller,
      "instance.exec",
      [{ instance, uid, command, timeoutSeconds: 10 }],
      this.#signal(),
    );
  }

  #signal(): AbortSignal {
    const { revoked } = this.caller;
    return revoked === undefined ? this.#abort.signal : AbortSignal.any([this.#abort.signal, revoked]);
  }
}

function isEmpty({ stdout, stderr, exitCode }: MethodResult<"instance.execRead">): boolean {
  return stdout === "" && stderr === "" && exitCode === undefined;
}
