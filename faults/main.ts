import { join } from "node:path";
import { CommanderError } from "commander";
import { runInForeground } from "../isolated/foreground";
import { runIsolated } from "../isolated/isolated";
import { messageOf } from "../protocol/error";
import { readOptions } from "./options";

/** Checks the arguments first, then runs in separate namespaces if a driver needs them. @returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const { driver } = readOptions(words, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
  const command = [process.execPath, join(__dirname, "inside.js"), ...words];
  const needsNoRoot = driver.length > 0 && driver.every((name) => name === "simulated");
  const [program = "", ...rest] = command;
  return needsNoRoot && process.getuid?.() !== 0 ? runInForeground(program, rest) : runIsolated(command);
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    console.error(`faults: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
