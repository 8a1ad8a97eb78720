import { once } from "node:events";
import { addAbortSignal, Readable, type Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { CommandTimeout } from "../command-timeout";
import type { ExecRequest, ExecResult } from "../driver";
import type { SimulatedContainer } from "./container";
import { runSimulatedShell } from "./shell";

interface Outcome {
  readonly exitCode: number;
  readonly stdout?: Uint8Array | string;
  readonly stderr?: Uint8Array | string;
}

interface Call {
  readonly container: SimulatedContainer;
  readonly request: ExecRequest;
  readonly words: readonly string[];
  readonly powerOff: () => Promise<void>;
}

/** The commands of a simulated container: enough to try a program, and to test its callers. */
const commands: Readonly<Record<string, (call: Call) => Outcome | Promise<Outcome>>> = {
  cat: async ({ container, request, words: [path] }) => {
    const content = path === undefined ? await inputOf(request) : container.files.get(path);
    return content === undefined
      ? { exitCode: 1, stderr: `cat: ${path}: No such file or directory\n` }
      : { exitCode: 0, stdout: content };
  },
  echo: ({ words }) => ({ exitCode: 0, stdout: `${words.join(" ")}\n` }),
  false: () => ({ exitCode: 1 }),
  hostname: ({ container }) => ({ exitCode: 0, stdout: `${container.spec.hostname}\n` }),
  poweroff: async ({ powerOff }) => {
    await powerOff();
    return { exitCode: 0 };
  },
  sleep: async ({ request, words: [seconds] }) => {
    const milliseconds = Number(seconds) * 1000;
    await pause(Math.min(milliseconds, request.timeoutMs), undefined, { signal: request.signal }).catch(() =>
      request.signal?.throwIfAborted(),
    );
    if (milliseconds <= request.timeoutMs) {
      return { exitCode: 0 };
    }
    throw new CommandTimeout(`The command ran longer than ${request.timeoutMs / 1000} s and was ended.`, {
      stdout: Buffer.alloc(0),
      stderr: Buffer.alloc(0),
      truncated: false,
    });
  },
  true: () => ({ exitCode: 0 }),
};

/** Returns the standard input of `cat`, or passes it on while it comes. */
async function inputOf({ stdin, output, signal }: ExecRequest): Promise<Uint8Array> {
  if (!(stdin instanceof Readable)) {
    return stdin;
  }
  if (output === undefined) {
    return await buffer(stdin);
  }
  for await (const chunk of addAbortSignal(signal ?? new AbortController().signal, stdin)) {
    await passOn(chunk as Buffer, output.stdout, signal);
  }
  return Buffer.alloc(0);
}

/** Waits while the receiver takes no more. */
async function passOn(
  bytes: Uint8Array | string | undefined,
  receiver: Writable,
  signal?: AbortSignal,
): Promise<void> {
  if (bytes !== undefined && bytes.length > 0 && !receiver.write(bytes)) {
    await once(receiver, "drain", { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Whether it is the shell of the dashboard's terminal: one with input while it runs. */
function isShell({ command, stdin, output }: ExecRequest): boolean {
  return command[0] === "/bin/sh" && stdin instanceof Readable && output !== undefined;
}

/**
 * Runs a command in a simulated container.
 *
 * @param powerOff stops the container.
 * @returns exit code 127 for an unknown command, as a shell does, with a message that the container is simulated.
 */
export async function runSimulatedCommand(
  container: SimulatedContainer,
  request: ExecRequest,
  powerOff: () => Promise<void>,
): Promise<ExecResult> {
  const [name = "", ...words] = request.command;
  if (isShell(request)) {
    return await runSimulatedShell(container, request, (line) =>
      runSimulatedCommand(container, { ...request, ...line, output: undefined }, powerOff),
    );
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const outcome =
    command === undefined
      ? {
          exitCode: 127,
          stderr: `${name}: unknown command of a simulated container, which runs no real programs\n`,
        }
      : await command({ container, request, words, powerOff });
  if (request.output !== undefined) {
    await Promise.all([
      passOn(outcome.stdout, request.output.stdout, request.signal),
      passOn(outcome.stderr, request.output.stderr, request.signal),
    ]);
    return { exitCode: outcome.exitCode, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
  }
  const stdout = Buffer.from(outcome.stdout ?? "");
  const stderr = Buffer.from(outcome.stderr ?? "");
  return {
    exitCode: outcome.exitCode,
    stdout: stdout.subarray(0, request.maxOutputBytes),
    stderr: stderr.subarray(0, request.maxOutputBytes),
    truncated: Math.max(stdout.length, stderr.length) > request.maxOutputBytes,
  };
}
