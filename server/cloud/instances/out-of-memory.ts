import { messageOf } from "../../../protocol/error";
import { CommandTimeout } from "../../driver/command-timeout";
import { because } from "../../support/because";
import type { InstanceContext } from "./context";
import type { Instance } from "./instance";

/** Records that the kernel has killed processes of an instance because memory was used up, and logs it once. */
export function noteOutOfMemory({ log }: InstanceContext, instance: Instance, kills: number): void {
  if (instance.noteMemoryKills(kills)) {
    log.warn({ instance: instance.id, type: instance.record.type, kills }, instance.outOfMemory ?? "");
  }
}

/** The result of work in an instance. */
export interface MemoryChecked<T> {
  readonly result: T;
  /** Whether the kernel killed processes of the instance during the work because memory was used up. */
  readonly ranOut: boolean;
}

/**
 * Does work in an instance, and checks whether the instance runs out of memory during it.
 *
 * @throws the errors of the work; a lack of memory is added to their message.
 */
export async function checkingMemory<T>(
  context: InstanceContext,
  instance: Instance,
  work: () => Promise<T>,
): Promise<MemoryChecked<T>> {
  const before = await memoryKills(context, instance);
  const check = async (): Promise<boolean> => {
    const kills = await memoryKills(context, instance);
    if (kills === undefined) {
      return false;
    }
    noteOutOfMemory(context, instance, kills);
    return before !== undefined && kills > before;
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // The callers of commands recognize a timeout.
    if (!(await check()) || instance.abort.signal.aborted || error instanceof CommandTimeout) {
      throw error;
    }
    throw because(error, `${messageOf(error)} ${instance.outOfMemory ?? ""}`);
  }
  return { result, ranOut: await check() };
}

/** The answer of the work counts more than the memory, so a failure is only logged. @returns undefined after one. */
async function memoryKills({ driver, log }: InstanceContext, { id }: Instance): Promise<number | undefined> {
  return await driver.memoryKills(id).catch((error: unknown) => {
    log.debug({ instance: id, err: error }, "whether it ran out of memory is not known");
    return undefined;
  });
}
