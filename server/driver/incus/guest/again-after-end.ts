import { setTimeout as pause } from "node:timers/promises";
import { isFilesHelperEnd } from "../api/api-error";

const repeatAfterMs = [100, 500, 2_000];

/**
 * Does work with the files of an instance, and repeats it if the engine's process for them ended under it: a busy engine can call
 * the process that an earlier use left, in the moment of its end.
 *
 * @param work can be repeated as a whole.
 */
export async function againAfterEnd<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of repeatAfterMs) {
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
