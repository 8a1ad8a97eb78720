import type { Io, Output } from "../io";
import { printable } from "./printable";

/**
 * Lets a command continue to its end if its output fails. A closed pipe, such as that of `head`, or a full disk must
 * not leave the command's work half done.
 *
 * @param program the prefix of messages.
 * @returns a function that waits until all output is written, and returns the exit code. If output failed for a reason
 * other than a closed pipe, it prints a message and returns 1 in place of 0.
 */
export function outliveOutput(program: string, io: Io): (exitCode: number) => Promise<number> {
  const { stdout, stderr } = io;
  let failure: NodeJS.ErrnoException | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      failure ??= error;
    }
  });
  // There is no other stream to report this failure on.
  stderr.on("error", () => undefined);
  return async (exitCode) => {
    await written(stdout);
    if (failure !== undefined) {
      // Written to the stream itself, because the Io discards output after an early end.
      stderr.write(`${program}: Writing the output failed: ${printable(failure.message)}.\n`);
    }
    await written(stderr);
    return exitCode || (failure === undefined ? 0 : 1);
  };
}

/** Resolves when all earlier writes to the stream are done or have failed. */
async function written(stream: Output): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write("", () => resolve());
  });
}
