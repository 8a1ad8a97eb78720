import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { WebSocket } from "ws";
import { MccError } from "../../../../protocol/error";
import { Deadline, endsWithin } from "../../../support/time-limits";
import { CommandTimeout } from "../../command-timeout";
import type { ExecRequest, ExecResult } from "../../driver";
import { ApiError } from "../api/api-error";
import type { Operation } from "../api/types";
import type { Engine } from "../engine";
import { explainedByState, openCommand, openSockets } from "./command";
import { killScript, markVariable } from "./kill-script";
import { OutputSocket, sendInput } from "./streams";

const notFoundExitCode = 127;
/** The time for the end of a command that was killed. */
const endMs = 5_000;
const killSignal = 9;

/** What is known when a command has ended. */
type Ended = Operation | "killed";

/**
 * Runs a command as root in a running instance.
 *
 * @throws MccError `conflict` if the instance does not run; CommandTimeout; the reason of the request's signal, after the
 * processes of the command were killed.
 */
export async function execute(engine: Engine, id: number, request: ExecRequest): Promise<ExecResult> {
  request.signal?.throwIfAborted();
  const mark = randomBytes(16).toString("hex");
  const { operation, sockets } = await openCommand(engine, id, request.command, { [markVariable]: mark });
  const outputs = [
    new OutputSocket(sockets.output, request.output?.stdout, request.maxOutputBytes),
    new OutputSocket(sockets.errors, request.output?.stderr, request.maxOutputBytes),
  ] as const;
  const stopSending = sendInput(sockets.input, request.stdin);
  sockets.control?.resume();
  const waiting = untilEnd(engine, operation, outputs, request);
  // It fails later if the instance's member dies after the command was killed.
  waiting.catch(() => undefined);
  try {
    const ended = await orKilled(waiting, request);
    if (ended !== "killed") {
      return resultOf(ended, request, outputs);
    }
    outputs.forEach((output) => output.discard());
    await kill(engine, id, sockets.control, mark, waiting);
    request.signal?.throwIfAborted();
    throw new CommandTimeout(
      `The command ran longer than ${request.timeoutMs / 1000} s and was ended.`,
      outputOf(outputs),
    );
  } catch (error) {
    throw await explainedByState(engine, id, error);
  } finally {
    stopSending();
    // The engine kills the command of connections that break off.
    openSockets(sockets).forEach((socket) => socket.terminate());
  }
}

/** Waits until the command has ended, and all of its output has arrived. */
async function untilEnd(
  { api }: Engine,
  operation: Operation,
  outputs: readonly OutputSocket[],
  { command, timeoutMs }: ExecRequest,
): Promise<Operation> {
  const deadline = new Deadline(timeoutMs + endMs);
  try {
    const ended = await api.wait(operation, `the command ${command[0] ?? ""}`, deadline);
    await Promise.all(outputs.map((output) => output.ended));
    return ended;
  } catch (error) {
    if (error instanceof ApiError && /command not found|executable file not found/i.test(error.words)) {
      return { ...operation, metadata: { return: notFoundExitCode } };
    }
    throw error;
  }
}

async function orKilled(waiting: Promise<Operation>, { timeoutMs, signal }: ExecRequest): Promise<Ended> {
  const over = new AbortController();
  const abort = (): void => over.abort();
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(abort, timeoutMs);
  try {
    return await Promise.race([
      waiting,
      new Promise<"killed">((resolve) => {
        over.signal.addEventListener("abort", () => resolve("killed"));
        if (signal?.aborted === true) {
          resolve("killed");
        }
      }),
    ]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Kills the command, and what it started: the engine itself kills only one process. */
async function kill(
  engine: Engine,
  id: number,
  control: WebSocket | undefined,
  mark: string,
  waiting: Promise<Operation>,
): Promise<void> {
  control?.send(JSON.stringify({ command: "signal", signal: killSignal }), () => undefined);
  const ending = waiting.then(
    () => undefined,
    () => undefined,
  );
  try {
    await Promise.race([
      pause(endMs, undefined, { ref: false }),
      execute(engine, id, {
        command: ["/bin/sh", "-c", killScript, "sh", mark],
        stdin: Buffer.alloc(0),
        timeoutMs: endMs,
        maxOutputBytes: 0,
      }),
    ]);
  } catch (error) {
    engine.log.debug({ err: error, instance: id }, "what a killed command started may still run");
  }
  await endsWithin(endMs, ending);
}

function resultOf(
  { metadata }: Operation,
  { command }: ExecRequest,
  outputs: readonly [OutputSocket, OutputSocket],
): ExecResult {
  const code = metadata?.["return"];
  if (typeof code !== "number") {
    throw new MccError("engine", `The engine did not tell how the command ${command[0] ?? ""} ended.`);
  }
  const output = outputOf(outputs);
  return code === notFoundExitCode && output.stderr.length === 0
    ? { exitCode: code, ...output, stderr: Buffer.from(`${command[0] ?? ""}: command not found\n`) }
    : { exitCode: code, ...output };
}

function outputOf([stdout, stderr]: readonly [OutputSocket, OutputSocket]): Omit<ExecResult, "exitCode"> {
  return {
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    truncated: stdout.truncated || stderr.truncated,
  };
}
