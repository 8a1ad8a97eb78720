import { execa } from "execa";
import type { Io } from "../../../cli/io";
import { runMcc, runStandalone } from "../../../cli/main";
import { compiled } from "../checkout";
import type { TestDaemon } from "../daemons/test-daemon";
import { captureIo } from "./captured-io";

export interface ProgramRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

const longestRunMs = 60_000;

/** The variables of this process that a program must not see. */
const hidden: NodeJS.ProcessEnv = {
  MCC_SERVER: undefined,
  MCC_TOKEN: undefined,
  MCC_JUMP_HOST: undefined,
  CI: undefined,
};

/** Returns the path of the compiled program `mcc` or `mcc-<command>`. */
export function programPath(program: string): string {
  return compiled(`programs/bin/${program}.js`);
}

/** Runs `mcc` or `mcc-<command>` with these arguments to its end in this process, without a terminal. */
export async function runProgram(
  words: readonly string[],
  { input = "", environment = {} }: ProgramOptions = {},
): Promise<ProgramRun> {
  const { io, stdout, stderr } = captureIo({
    input,
    environment: { ...process.env, ...hidden, ...environment },
  });
  const exitCode = await runWith(words, io);
  return { exitCode, stdout: withoutLineEnd(stdout()), stderr: withoutLineEnd(stderr()) };
}

/** Runs `mcc` or `mcc-<command>` in this process. @throws Error if it does not end. */
export async function runWith([program = "mcc", ...words]: readonly string[], io: Io): Promise<number> {
  const run = program === "mcc" ? runMcc(words, io) : runStandalone(program.replace("mcc-", ""), words, io);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const line = [program, ...words].join(" ");
    timer = setTimeout(() => {
      io.exit(1);
      reject(new Error(`"${line}" did not end within ${longestRunMs / 1000} s`));
    }, longestRunMs);
  });
  try {
    return await Promise.race([run, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Like `runProgram`, but in a separate process, for tests that need one. */
export async function runProcess(
  [program = "mcc", ...words]: readonly string[],
  { input = "", environment = {} }: ProgramOptions = {},
): Promise<ProgramRun> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [programPath(program), ...words], {
    input,
    reject: false,
    timeout: longestRunMs,
    env: { ...hidden, ...environment },
  });
  return { exitCode, stdout, stderr };
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/** Returns the environment variables with which users select a daemon. */
export function environmentFor(daemon: TestDaemon): NodeJS.ProcessEnv {
  return { MCC_SERVER: `127.0.0.1:${daemon.port}`, MCC_RUNTIME_DIR: daemon.runtimeFolder };
}
