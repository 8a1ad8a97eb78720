import type { Io, Output } from "../io";
import { printable } from "./printable";

/**
 * Lets a command go on to its end whatever becomes of its output: what it has begun must not stay half done because
 * nobody reads on, as `head` does not, or because a disk is full.
 *
 * @param program the name that its messages begin with.
 * @returns a function that waits until all output is written, and returns the exit code. What was not written for
 * another reason than a reader's absence is told then, and makes the exit code 1 in place of 0.
 */
export function outliveOutput(program: string, io: Io): (exitCode: number) => Promise<number> {
  const { stdout, stderr } = io;
  let failure: NodeJS.ErrnoException | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      failure ??= error;
    }
  });
  // There is no other place left to say it.
  stderr.on("error", () => undefined);
  return async (exitCode) => {
    await written(stdout);
    if (failure !== undefined) {
      // Also after an early end, when the Io lets nothing out any more.
      stderr.write(`${program}: Not all of the output could be written: ${printable(failure.message)}.\n`);
    }
    await written(stderr);
    return exitCode || (failure === undefined ? 0 : 1);
  };
}

/** Resolves once all that was written to the stream before is out, or has failed. */
async function written(stream: Output): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write("", () => resolve());
  });
}
