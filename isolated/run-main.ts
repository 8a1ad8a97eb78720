import { CommanderError } from "commander";
import { messageOf } from "../protocol/error";

const usageExitCode = 2;

/**
 * Runs the main function of a command of a checkout, and sets the exit code of this process: the one that it returns, 2 for a
 * usage error, which commander has printed, or 1 for another error, which is printed in one line.
 *
 * @param name of the command, before its error.
 * @param main gets the arguments.
 */
export async function runMain(
  name: string,
  main: (words: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
      return;
    }
    console.error(`${name}: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}
