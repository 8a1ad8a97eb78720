import { join } from "node:path";
import { CommanderError } from "commander";
import { execa } from "execa";
import { runIsolated } from "../isolated/isolated";
import { messageOf } from "../protocol/error";
import { type Options, readOptions } from "./options";

const output = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};

/** Checks the arguments first, then runs in separate namespaces if there are real containers. */
async function main(words: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(words, process.getuid?.() === 0, output);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    throw error;
  }
  const command = [process.execPath, join(__dirname, "inside.js"), ...words];
  if (options.driver === "lxc") {
    return await runIsolated(command);
  }
  const [program = "", ...rest] = command;
  const { exitCode = 1 } = await execa(program, rest, { stdio: "inherit", reject: false });
  return exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(`soak: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
