import { note } from "./print";

/**
 * Lets a command go on to its end whatever becomes of its output: what it has begun must not stay half done because
 * nobody reads on, as `head` does not, or because a disk is full. What was not written for another reason than a
 * reader's absence is told at the end, and makes the exit code 1 in place of 0.
 *
 * @param program the name that its messages begin with.
 */
export function outliveOutput(program: string): void {
  let failure: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      failure ??= error;
    }
  });
  // There is no other place left to say it.
  process.stderr.on("error", () => undefined);
  process.once("exit", () => {
    if (failure !== undefined) {
      note(`${program}: Not all of the output could be written: ${failure.message}.`);
      process.exitCode ||= 1;
    }
  });
}
