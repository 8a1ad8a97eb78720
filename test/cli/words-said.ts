import assert from "node:assert/strict";
import { CommanderError } from "commander";
import sinon from "sinon";
import { commandTable } from "../../cli/command-table";
import { makeProgram, makeStandaloneProgram } from "../../cli/program";

/** What a program says of words that make no sense, before it has asked any daemon: one line. */
export async function wordsSaidOf([name = "", ...words]: readonly string[]): Promise<string> {
  const command = commandTable.find((row) => name === `mcc-${row.name}`);
  const program = command === undefined ? makeProgram() : makeStandaloneProgram(command);
  const write = sinon.stub(process.stderr, "write");
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    assert.ok(error instanceof CommanderError, String(error));
    return write.args.flat().join("");
  } finally {
    write.restore();
  }
  return assert.fail(`accepted: ${[name, ...words].join(" ")}`);
}
