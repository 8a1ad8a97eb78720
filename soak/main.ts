import { join } from "node:path";
import { runInForeground } from "../isolated/foreground";
import { runIsolated } from "../isolated/isolated";
import { runMain } from "../isolated/run-main";
import { readOptions } from "./options";

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

/** Checks the arguments first, then runs in separate namespaces if there are real containers. */
async function main(words: readonly string[]): Promise<number> {
  const options = readOptions(words, process.getuid?.() === 0, output);
  const command = [process.execPath, join(__dirname, "inside.js"), ...words];
  if (options.driver === "lxc") {
    return await runIsolated(command);
  }
  const [program = "", ...rest] = command;
  return await runInForeground(program, rest);
}

void runMain("soak", main);
