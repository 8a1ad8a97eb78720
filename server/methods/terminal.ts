import * as z from "zod";
import { MccError } from "../../protocol/error";
import { instanceMethods } from "../../protocol/methods/instance";
import type { Caller, Dispatch } from "./calls/callable";
import { TerminalDevice, terminalCommand } from "./terminal-command";

/** The limit of a command. A terminal that was forgotten ends then. */
const longestSeconds = 3600;
const readSeconds = 20;
/** What a program in the instance may leave unread. A user does not type that much. */
const mostUnreadBytes = 4 * 1024 * 1024;
/** One call writes at most this much. */
const pieceBytes = 64 * 1024;

const side = z.coerce.number().int().min(1).max(1000);

/** Checks the size of a terminal, in characters. */
export const terminalSizeSchema = z.strictObject({ columns: side, rows: side });
export type TerminalSize = z.output<typeof terminalSizeSchema>;

/** Which terminal to open. */
export const terminalRequestSchema = terminalSizeSchema.extend({
  instance: z.coerce.number().int(),
  /** The `uid` that the instance must have. */
  uid: z.string(),
});
export type TerminalRequest = z.output<typeof terminalRequestSchema>;

/** A shell in an instance, on a terminal. */
export interface Terminal {
  /** Sends what the user types. @throws MccError `exhausted` if the program reads nothing for long. */
  readonly type: (bytes: Buffer) => void;
  readonly resize: (size: TerminalSize) => void;
  /** Ends the shell. */
  readonly close: () => void;
  /** Resolves when it has ended, with a sentence that says why. */
  readonly ended: Promise<string>;
}

/** Opens a terminal. @param show gets its output, and resolves when there is room for more. */
export type OpenTerminal = (
  caller: Caller,
  request: TerminalRequest,
  show: (bytes: Buffer) => Promise<void>,
) => Promise<Terminal>;

/**
 * Returns how terminals are opened: each is a command of `instance.execStart`, with its checks, limits and audit. It ends with
 * the instance, with the caller's token, and after an hour.
 *
 * @throws MccError as `instance.execStart`.
 */
export function terminals(dispatch: Dispatch): OpenTerminal {
  return async (caller, request, show) => {
    const { instance, uid, ...size } = request;
    const parameters = {
      instance,
      uid,
      command: terminalCommand(size),
      stdin: true,
      timeoutSeconds: longestSeconds,
    };
    const { exec } = instanceMethods["instance.execStart"].result.parse(
      await dispatch(caller, "instance.execStart", [parameters]),
    );
    return new ShellTerminal(dispatch, caller, { instance, uid, exec }, size, show);
  };
}

interface Shell {
  readonly instance: number;
  readonly uid: string;
  readonly exec: string;
}

class ShellTerminal implements Terminal {
  readonly ended: Promise<string>;
  readonly #abort = new AbortController();
  readonly #device = new TerminalDevice();
  #unread = Buffer.alloc(0);
  #sent = 0;
  #writing = false;
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
    this.#unread = Buffer.concat([this.#unread, bytes]);
    if (this.#unread.length > mostUnreadBytes) {
      throw new MccError("exhausted", "The program in the terminal does not read its input.");
    }
    if (!this.#writing) {
      this.#writing = true;
      // The end of the shell is reported by its output.
      void this.#write()
        .catch(() => undefined)
        .finally(() => {
          this.#writing = false;
        });
    }
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
      const parameters = { exec, after, waitSeconds: readSeconds };
      const answer = result.parse(
        await this.dispatch(this.caller, "instance.execRead", [parameters], this.#signal()),
      );
      const output = Buffer.concat([
        this.#device.find(Buffer.from(answer.stdout, "base64")),
        Buffer.from(answer.stderr, "base64"),
      ]);
      if (this.#size !== this.#fitted) {
        // The size changed before the terminal was known.
        this.#fit();
      }
      if (output.length > 0) {
        await this.show(output);
      }
      if (answer.timedOut === true) {
        return "The terminal was open for an hour, which is the limit; open it again.";
      }
      if (answer.exitCode !== undefined) {
        return `The shell ended with the exit code ${answer.exitCode}.`;
      }
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

  async #write(): Promise<void> {
    const { exec } = this.shell;
    const { result } = instanceMethods["instance.execWrite"];
    while (this.#unread.length > 0) {
      const data = this.#unread.subarray(0, pieceBytes).toString("base64");
      const parameters = { exec, offset: this.#sent, data, end: false };
      const { received } = result.parse(
        await this.dispatch(this.caller, "instance.execWrite", [parameters], this.#signal()),
      );
      this.#unread = this.#unread.subarray(received - this.#sent);
      this.#sent = received;
    }
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
