import { setTimeout as pause } from "node:timers/promises";
import type { Deadline } from "../../support/time-limits";
import { type Operation, operationsSchema } from "./api/types";
import type { Engine } from "./engine";

const lookEveryMs = 100;
/** A member that does not answer holds up the list. */
const readMs = 4_000;
const unfinished = ["running", "pending", "cancelling"];

/**
 * Waits until no operation of the engine works on an instance any more, also one that a dead daemon began. Commands in
 * instances do not count: they end with it.
 *
 * @returns whether there was one.
 */
export async function untilIdle(engine: Engine, id: number, deadline: Deadline): Promise<boolean> {
  let waited = false;
  while (deadline.leftMs > 0 && (await isBusy(engine, id))) {
    waited = true;
    await pause(lookEveryMs);
  }
  return waited;
}

/** An engine that cannot list its operations may still tell in the next step that the instance is busy. */
async function isBusy({ api, names, log }: Engine, id: number): Promise<boolean> {
  try {
    const operations = await api.get(operationsSchema, "/1.0/operations", {
      query: { recursion: "1" },
      timeoutMs: readMs,
    });
    return unfinished
      .flatMap((state) => operations[state] ?? [])
      .some((operation) => operation.class === "task" && worksOn(operation, names.of(id)));
  } catch (error) {
    log.debug({ err: error }, "the engine's operations cannot be listed");
    return false;
  }
}

function worksOn({ resources }: Operation, name: string): boolean {
  return Object.values(resources ?? {})
    .flatMap((paths) => paths ?? [])
    .some((path) => path.split("?")[0]?.endsWith(`/${name}`));
}
