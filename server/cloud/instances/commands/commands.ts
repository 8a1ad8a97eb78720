import { constants } from "node:os";
import { MccError } from "../../../../protocol/error";
import type { MethodResult, ParsedParameters } from "../../../../protocol/methods/method-table";
import { CommandTimeout } from "../../../driver/command-timeout";
import type { Driver, ExecRequest, ExecResult } from "../../../driver/driver";
import { Slots } from "../../../support/concurrency/slots";
import type { Instance } from "../instance";

type ExecParameters = ParsedParameters<"instance.exec">;
type ExecAnswer = MethodResult<"instance.exec">;

/** A command whose input and output are streams. */
export type StreamedRequest = Omit<ExecRequest, "maxOutputBytes" | "signal"> &
  Required<Pick<ExecRequest, "output">> & { readonly signal: AbortSignal };

/** In one instance. More of them wait; commands in other instances do not. */
export const mostCommandsAtOnce = 8;
/** Each holds up to 12 MB of standard input. */
const mostWaiting = 64;
/** In all instances together: each is a process of the host. */
const mostCommandsInAll = 1024;
const killedExitCode = 128 + constants.signals.SIGKILL;

/** Runs the commands that `instance.exec` asks for. */
export class InstanceCommands {
  readonly #driver: Pick<Driver, "exec">;
  /** By uid, for the instances in which commands run. */
  readonly #slots = new Map<string, Slots>();
  readonly #all = new Slots(mostCommandsInAll);

  /** @param driver without limits: those of this class take their place, so that commands delay no readiness probe. */
  constructor(driver: Pick<Driver, "exec">) {
    this.#driver = driver;
  }

  /**
   * Runs a command in a running instance. Its time limit begins now, also when it has to wait for its turn.
   *
   * @param signal ends the command, or its wait.
   * @throws MccError `timeout`; `exhausted` if too many wait already; the driver's errors; the signal's reason.
   */
  async run(instance: Instance, parameters: ExecParameters, signal: AbortSignal): Promise<ExecAnswer> {
    return await this.inTurn(instance, parameters.timeoutSeconds * 1000, signal, (leftMs) =>
      runCommand(this.#driver, instance.id, parameters, leftMs, signal),
    );
  }

  /**
   * Runs a command whose input and output are streams, in its turn.
   *
   * @param request its signal also ends the wait for the turn.
   * @throws MccError as `run` does.
   */
  async stream(instance: Instance, request: StreamedRequest): Promise<number> {
    return await this.inTurn(instance, request.timeoutMs, request.signal, async (timeoutMs) => {
      const { exitCode } = await this.#driver.exec(instance.id, { ...request, timeoutMs, maxOutputBytes: 0 });
      return exitCode;
    });
  }

  /** @param work gets the rest of the time limit. */
  private async inTurn<T>(
    instance: Instance,
    timeoutMs: number,
    signal: AbortSignal,
    work: (leftMs: number) => Promise<T>,
  ): Promise<T> {
    const { uid } = instance.record;
    const slots = this.#slots.get(uid) ?? new Slots(mostCommandsAtOnce);
    if (slots.waiting >= mostWaiting) {
      throw new MccError(
        "exhausted",
        `${mostCommandsAtOnce} commands run in instance ${instance.title} and ${mostWaiting} more wait for their turn; wait until some have ended.`,
      );
    }
    this.#slots.set(uid, slots);
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(neverRun(instance, timeoutMs)), timeoutMs);
    const waitLimit = AbortSignal.any([signal, over.signal]);
    const beganMs = performance.now();
    const waits = slots.isFull || this.#all.isFull;
    try {
      return await inSlot(slots, waitLimit, () =>
        inSlot(this.#all, waitLimit, () => {
          const leftMs = waits ? Math.ceil(timeoutMs - (performance.now() - beganMs)) : timeoutMs;
          return work(Math.max(1, leftMs));
        }),
      );
    } finally {
      clearTimeout(timer);
      if (slots.isUnused) {
        this.#slots.delete(uid);
      }
    }
  }
}

async function inSlot<T>(slots: Slots, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const release = await slots.take(signal);
  try {
    return await work();
  } finally {
    release();
  }
}

function neverRun({ title }: Instance, timeoutMs: number): MccError {
  return new MccError(
    "timeout",
    `The command waited ${timeoutMs / 1000} s for its turn and was not run: ${mostCommandsAtOnce} others run in instance ${title}. Allow it more time, or end some of them.`,
  );
}

/** @throws the driver's errors, except the timeout of a command whose output is asked for. */
async function runCommand(
  driver: Pick<Driver, "exec">,
  id: number,
  parameters: ExecParameters,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ExecAnswer> {
  try {
    const result = await driver.exec(id, {
      command: parameters.command,
      stdin: Buffer.from(parameters.stdin, "base64"),
      timeoutMs,
      signal,
      maxOutputBytes: parameters.maxOutputBytes,
    });
    return encoded(result);
  } catch (error) {
    if (!(error instanceof CommandTimeout) || parameters.outputOnTimeout !== true) {
      throw error;
    }
    return { ...encoded({ ...error.output, exitCode: killedExitCode }), timedOut: true };
  }
}

function encoded({ exitCode, stdout, stderr, truncated }: ExecResult): ExecAnswer {
  return {
    exitCode,
    stdout: Buffer.from(stdout).toString("base64"),
    stderr: Buffer.from(stderr).toString("base64"),
    truncated,
  };
}
