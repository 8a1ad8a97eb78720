import { messageOf } from "../protocol/error";

/** Does the work, and cleans up if it fails. If the cleanup also fails, it throws the error of the work. */
export async function orCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await cleanUp().catch((second: unknown) => process.emitWarning(messageOf(second)));
    throw error;
  }
}
