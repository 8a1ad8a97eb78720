import { CommanderError } from "commander";
import { MccError } from "../protocol/error";
import { commandTable } from "./command-table";
import { outliveOutput } from "./output/outlive-output";
import { note } from "./output/print";
import { OwnFailure } from "./own-failure";
import { makeProgram, makeStandaloneProgram } from "./program";

/** The exit code for words that make no sense, as mccserver has it; what else fails is 1, or an OwnFailure's own. */
const usageExitCode = 2;

/** Runs `mcc` with the words of this process. */
export async function runMcc(): Promise<void> {
  await run(makeProgram());
}

/** Runs one command as the program that is called `mcc-<name>`. */
export async function runStandalone(name: string): Promise<void> {
  const command = commandTable.find((row) => row.name === name);
  if (command === undefined) {
    throw new Error(`there is no command ${name}`);
  }
  await run(makeStandaloneProgram(command));
}

async function run(program: ReturnType<typeof makeProgram>): Promise<void> {
  outliveOutput(program.name());
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(program.name(), error);
  }
}

/** Says what failed, a line each, and returns the exit code. */
function report(program: string, error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : usageExitCode;
  }
  if (error instanceof OwnFailure) {
    report(program, error.cause);
    return error.exitCode;
  }
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const each of errors) {
    if (!MccError.isInstance(each)) {
      throw each;
    }
    note(`${program}: ${each.message}`);
  }
  return 1;
}
