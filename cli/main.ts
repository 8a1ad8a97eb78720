import { CommanderError } from "commander";
import { MccError } from "../protocol/error";
import { commandTable } from "./command-table";
import type { Io } from "./io";
import { outliveOutput } from "./output/outlive-output";
import { withoutProtocolNames } from "./output/without-protocol-names";
import { OwnFailure } from "./own-failure";
import { type MakeProgram, makeProgram, makeStandaloneProgram } from "./program";
import { refusedFile } from "./refused-file";

/** The exit code of usage errors, as in mccserver. Other failures exit with 1, or with the code of an OwnFailure. */
const usageExitCode = 2;

/** Runs `mcc` with these arguments. @returns the exit code. */
export async function runMcc(words: readonly string[], io: Io): Promise<number> {
  return await run("mcc", makeProgram, words, io);
}

/** Runs one command as the standalone program `mcc-<name>`. @returns the exit code. */
export async function runStandalone(name: string, words: readonly string[], io: Io): Promise<number> {
  const command = commandTable.find((row) => row.name === name);
  if (command === undefined) {
    throw new Error(`there is no command ${name}`);
  }
  return await run(`mcc-${name}`, (...own) => makeStandaloneProgram(command, ...own), words, io);
}

async function run(name: string, make: MakeProgram, words: readonly string[], io: Io): Promise<number> {
  const endOutput = outliveOutput(name, io);
  const exitCode = await Promise.race([io.exited, parse(name, make, words, io)]);
  io.close();
  return await endOutput(exitCode);
}

async function parse(name: string, make: MakeProgram, words: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const program = make(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    return report(name, error, io);
  }
}

/** Prints one line for each failure, and returns the exit code. */
function report(program: string, error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : usageExitCode;
  }
  if (error instanceof OwnFailure) {
    report(program, error.cause, io);
    return error.exitCode;
  }
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const each of errors) {
    const line = MccError.isInstance(each) ? withoutProtocolNames(each.message) : refusedFile(each);
    if (line === undefined) {
      throw each;
    }
    io.note(`${program}: ${line}`);
  }
  return 1;
}
