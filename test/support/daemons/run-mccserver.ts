import { execa } from "execa";
import { mccserver } from "./test-daemon";

export interface Run {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program with these arguments until it ends. */
export async function runMccserver(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [mccserver, ...words], {
    env: environment,
    reject: false,
    stdin: "ignore",
    timeout: 60_000,
  });
  return { exitCode, stdout, stderr };
}
