import { join } from "node:path";
import { runInForeground } from "../isolated/foreground";
import { runIsolated } from "../isolated/isolated";
import { runMain } from "../isolated/run-main";
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

void runMain("faults", main);
