import { randomBytes } from "node:crypto";
import { MccError } from "../../../../protocol/error";
import type { MethodResult, ParsedParameters } from "../../../../protocol/methods/method-table";
import type { Accounted } from "../../access/account";
import type { Caller } from "../../access/caller";
import { requireOwn } from "../../access/rights";
import { requireShare } from "../../access/shares";
import { CommandStream, type Ending } from "./command-stream";
import type { StreamedRequest } from "./commands";

/** Each holds up to a megabyte of output and input. */
const mostStreams = 256;
/** How long a command lives without a call about it. */
const idleMs = 10_000;

interface Followed extends Accounted {
  readonly stream: CommandStream;
  /** Calls that are under way. */
  calls: number;
  timer: NodeJS.Timeout | undefined;
  /** Ends the command with the token that started it. */
  readonly onRevoked: () => void;
  readonly revoked: AbortSignal | undefined;
}

/** The commands whose output clients read while they run. A command ends with its client. */
export class CommandStreams {
  readonly #followed = new Map<string, Followed>();
  /** Also those that no client follows any more, until they have ended. */
  readonly #running = new Set<CommandStream>();

  /**
   * Starts a command.
   *
   * @param run runs it in its instance, in its turn.
   * @throws MccError `exhausted` if too many are followed, by all or by a user.
   */
  start(
    caller: Caller,
    parameters: ParsedParameters<"instance.execStart">,
    run: (request: StreamedRequest) => Promise<number | Ending>,
  ): MethodResult<"instance.execStart"> {
    if (this.#followed.size >= mostStreams) {
      throw new MccError(
        "exhausted",
        `The output of ${mostStreams} commands is being followed; wait until some have ended.`,
      );
    }
    const { account, revoked } = caller;
    requireShare(caller, "followed command", this.#followed.values());
    revoked?.throwIfAborted();
    const exec = randomBytes(16).toString("hex");
    const stream = new CommandStream(parameters, run);
    this.#running.add(stream);
    void stream.ended.then(() => this.#running.delete(stream));
    const onRevoked = (): void => {
      this.#end(exec, "The token of the command was revoked or replaced, or it expired.");
    };
    revoked?.addEventListener("abort", onRevoked, { once: true });
    const followed = { account, stream, calls: 0, timer: undefined, revoked, onRevoked };
    this.#followed.set(exec, followed);
    this.#rest(exec, followed);
    return { exec };
  }

  async read(
    caller: Caller,
    parameters: ParsedParameters<"instance.execRead">,
    signal: AbortSignal,
  ): Promise<MethodResult<"instance.execRead">> {
    return await this.#call(caller, parameters.exec, ({ stream }) => stream.read(parameters, signal));
  }

  async write(
    caller: Caller,
    parameters: ParsedParameters<"instance.execWrite">,
    signal: AbortSignal,
  ): Promise<MethodResult<"instance.execWrite">> {
    return await this.#call(caller, parameters.exec, ({ stream }) => stream.write(parameters, signal));
  }

  end(caller: Caller, { exec }: ParsedParameters<"instance.execEnd">): MethodResult<"instance.execEnd"> {
    requireOwn(caller, this.#followed.get(exec) ?? caller, `The command ${exec}`);
    return { ended: this.#end(exec, "The command was ended.") };
  }

  /** Ends all commands. Resolves when they have ended. */
  async close(): Promise<void> {
    [...this.#followed.keys()].forEach((exec) => this.#end(exec, "The daemon was stopped."));
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  async #call<T>(caller: Caller, exec: string, work: (followed: Followed) => Promise<T>): Promise<T> {
    const followed = this.#followed.get(exec);
    if (followed === undefined) {
      throw new MccError(
        "not-found",
        `The daemon follows no command ${exec}: it was ended, or no client asked for its output for ${idleMs / 1000} s.`,
      );
    }
    requireOwn(caller, followed, `The command ${exec}`);
    clearTimeout(followed.timer);
    followed.calls += 1;
    try {
      return await work(followed);
    } finally {
      followed.calls -= 1;
      this.#rest(exec, followed);
    }
  }

  /** Ends the command if no call comes. */
  #rest(exec: string, followed: Followed): void {
    if (followed.calls === 0 && this.#followed.has(exec)) {
      const reason = `No client asked for the output of the command for ${idleMs / 1000} s.`;
      followed.timer = setTimeout(() => this.#end(exec, reason), idleMs).unref();
    }
  }

  #end(exec: string, reason: string): boolean {
    const followed = this.#followed.get(exec);
    clearTimeout(followed?.timer);
    followed?.revoked?.removeEventListener("abort", followed.onRevoked);
    followed?.stream.end(new MccError("unavailable", reason));
    return this.#followed.delete(exec);
  }
}
