import { setTimeout as pause } from "node:timers/promises";
import { isFilesHelperEnd } from "../api/api-error";

/**
 * An LXD can lose the socket of the process for an instance's files (see first-files.ts). That process ends 10 to 15 s later, and
 * the end removes the socket of the one that was started in its place. So the instance is left alone until then.
 */
const defaultPausesMs = [16_000, 16_000];

/**
 * Does work with the files of an instance, and repeats it if the engine lost its process for them.
 *
 * @param work can be repeated as a whole.
 * @param pausesMs before each repetition.
 */
export async function againAfterEnd<T>(
  work: () => Promise<T>,
  pausesMs: readonly number[] = defaultPausesMs,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isFilesHelperEnd(error)) {
        throw error;
      }
      await pause(pauseMs);
    }
  }
  return await work();
}
