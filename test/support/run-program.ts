import { join } from "node:path";
import { execa } from "execa";
import type { TestDaemon } from "./daemon";

export interface ProgramRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** The compiled program `mcc` or `mcc-<command>`. */
export function programPath(program: string): string {
  return join(__dirname, "..", "..", "cli", "bin", `${program}.js`);
}

/** Runs `mcc` or `mcc-<command>` with these words to its end, away from any terminal. */
export async function runProgram(
  [program = "mcc", ...words]: readonly string[],
  { input = "", environment = {} }: ProgramOptions = {},
): Promise<ProgramRun> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [programPath(program), ...words], {
    ...{ input, reject: false, timeout: 60_000 },
    env: { MCC_SERVER: undefined, MCC_TOKEN: undefined, CI: undefined, ...environment },
  });
  return { exitCode, stdout, stderr };
}

/** What makes the programs find a daemon, as a user sets it. */
export function environmentFor(daemon: TestDaemon): NodeJS.ProcessEnv {
  return { MCC_SERVER: `127.0.0.1:${daemon.port}`, MCC_RUNTIME_DIR: daemon.runtimeFolder };
}
