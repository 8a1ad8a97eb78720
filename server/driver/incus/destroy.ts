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
 * or start it afterwards. No instance is a success.
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
