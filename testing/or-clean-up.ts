import { messageOf } from "../protocol/error";

/** Does the work, and cleans up when it fails. If the cleanup fails, too, the work's error is the one thrown. */
export async function orCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await cleanUp().catch((second: unknown) => process.emitWarning(messageOf(second)));
    throw error;
  }
}
