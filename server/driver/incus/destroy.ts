import { setTimeout as pause } from "node:timers/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { Deadline } from "../../support/time-limits";
import type { ApiInstance } from "./api/types";
import { type Engine, pathOf } from "./engine";
import { stateOf } from "./instances/copy";
import { unreachable } from "./instances/instances";
import { untilIdle } from "./leftovers";
import { forceStop } from "./power";

const pauseMs = 300;

/**
 * Ends an instance in any state and removes it. Operations that a dead daemon began are waited for, because they could create
 * or start it afterwards. No instance is a success; one that the engine creates later is removed then.
 *
 * @throws MccError `unreachable` while its member does not answer: it may run there.
 */
export async function destroyInstance(engine: Engine, id: number): Promise<void> {
  const deadline = new Deadline(engine.timeoutMs);
  let failure: unknown;
  do {
    let instance = await lookReachable(engine, id);
    // A create can end between the two looks.
    if ((await untilIdle(engine, id, deadline)) || instance === undefined) {
      instance = await lookReachable(engine, id);
    }
    if (instance === undefined) {
      engine.late.expect(id);
      return;
    }
    failure = await remove(engine, id, stateOf(instance) === "running", deadline);
    if (failure === undefined && (await engine.instances.look(id)) === undefined) {
      return;
    }
    await pause(pauseMs);
  } while (deadline.leftMs > 0);
  throw MccError.reword(
    failure,
    `Container ${id} could not be removed within ${deadline.timeoutMs / 1000} s: ${messageOf(failure)}`,
    "engine",
  );
}

/** Removes an instance that appeared, if the engine did not have it when it was destroyed. */
export async function removeLate(engine: Engine, id: number): Promise<void> {
  await engine.late.remove(id, async () => {
    engine.log.info({ id }, "the engine created a container that was destroyed before; it is removed");
    try {
      await destroyInstance(engine, id);
    } catch (error) {
      engine.log.warn({ id, err: error }, "a container that the engine created late cannot be removed");
    }
  });
}

/** @throws MccError `unreachable`. */
async function lookReachable({ instances }: Engine, id: number): Promise<ApiInstance | undefined> {
  const instance = await instances.look(id);
  if (instance !== undefined && stateOf(instance) === "unreachable") {
    throw unreachable(id, instance);
  }
  return instance;
}

/** @returns the failure: whether the instance is gone decides. */
async function remove(engine: Engine, id: number, isRunning: boolean, deadline: Deadline): Promise<unknown> {
  try {
    if (isRunning) {
      await forceStop(engine, id, deadline);
    }
    await engine.api.change("DELETE", pathOf(engine, id));
    return undefined;
  } catch (error) {
    if (MccError.hasCode(error, "unreachable")) {
      throw error;
    }
    return error;
  }
}
