import { setTimeout as pause } from "node:timers/promises";
import type { Deadline } from "../../support/time-limits";
import type { Operation } from "./api/types";
import { unfinishedTasks } from "./api/unfinished-tasks";
import type { Engine } from "./engine";

const lookEveryMs = 100;

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
    return (await unfinishedTasks(api)).some((task) => worksOn(task, names.of(id)));
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
