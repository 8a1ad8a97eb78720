import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { commandTable } from "../../cli/command-table";
import { makeProgram, makeStandaloneProgram } from "../../cli/program";
import { captureIo } from "../support/programs/captured-io";

/** Returns the single line of a usage error, which a program prints before it calls any daemon. */
export async function wordsSaidOf([name = "", ...words]: readonly string[]): Promise<string> {
  const command = commandTable.find((row) => name === `mcc-${row.name}`);
  const { io, stderr } = captureIo();
  const onEnd = (): void => undefined;
  const program = command === undefined ? makeProgram(io, onEnd) : makeStandaloneProgram(command, io, onEnd);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    assert.ok(error instanceof CommanderError, String(error));
    return stderr();
  }
  return assert.fail(`accepted: ${[name, ...words].join(" ")}`);
}
