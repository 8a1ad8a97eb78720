import { MccError } from "../../protocol/error";
import type { Instance, InstanceStatus } from "../../protocol/methods/instance";
import type { MethodParameters } from "../../protocol/methods/method-table";
import type { Client } from "../client";
import { outlastRestarts } from "./outlast-restarts";

export type InstanceTarget = Pick<MethodParameters<"instance.get">, "instance" | "uid" | "serverId">;

/** Most instances are ready within this time and need no second call. For the others, the id arrives soon. */
const firstAnswerSeconds = 2;
/** States in the answer of a create that need an `instance.wait`, which returns the result or the failure. */
const unready: readonly InstanceStatus[] = ["pending", "failed"];
/** How often the state of a creation is read for `onWaiting`. */
const lookEverySeconds = 2;
/** The daemon's limit of the waiting time in one call. */
const longestCallSeconds = 60;

interface Watcher {
  /** Called every two seconds with the instance as it stands, until it is ready. */
  readonly onWaiting?: ((instance: Instance) => void) | undefined;
}

export interface WaitOptions extends Watcher {
  /** How long to wait. Default: as long as the daemon works on it. */
  readonly timeoutSeconds?: number;
}

export interface CreationOptions extends Watcher {
  /** Called with the instance, not ready yet unless that took no time; again when it has to be made anew. */
  readonly onPending?: (instance: Instance) => void;
  /** How long a daemon that was lost may take to come back. Default: 60 seconds. */
  readonly patienceMs?: number;
}

/**
 * Creates an instance and waits until it is ready. With a clientToken it outlasts a daemon that is restarted
 * meanwhile, and makes anew what that one had half-made.
 *
 * @throws MccError what the create failed with, after everything was undone; a ConnectionError when the daemon
 * was lost: a later call with the same token then takes up what there is.
 */
export async function createInstance(
  client: Client,
  parameters: MethodParameters<"instance.create">,
  { onPending, patienceMs, ...watcher }: CreationOptions = {},
): Promise<Instance> {
  return await outlastRestarts(client, parameters.clientToken !== undefined, patienceMs, async (answered) => {
    const instance = await client.call("instance.create", {
      waitSeconds: firstAnswerSeconds,
      ...parameters,
    });
    answered();
    onPending?.(instance);
    return unready.includes(instance.status) ? await waitForNew(client, instance, watcher) : instance;
  });
}

/**
 * Waits until a pending instance is ready as its create asked; one that is made already is so at once.
 *
 * @throws MccError what its create failed with; `not-found` for one that is gone; `timeout`.
 */
export async function waitUntilReady(
  client: Client,
  target: InstanceTarget,
  { onWaiting, timeoutSeconds = Number.POSITIVE_INFINITY }: WaitOptions = {},
): Promise<Instance> {
  const endMs = client.time.now() + timeoutSeconds * 1000;
  const longestLookSeconds = onWaiting === undefined ? longestCallSeconds : lookEverySeconds;
  for (;;) {
    const leftSeconds = Math.max(0, Math.ceil((endMs - client.time.now()) / 1000));
    const { ready, instance } = await client.call("instance.wait", {
      ...target,
      timeoutSeconds: Math.min(leftSeconds, longestLookSeconds),
    });
    if (ready) {
      return instance;
    }
    if (leftSeconds === 0) {
      const { id, name, status } = instance;
      throw new MccError("timeout", `Instance ${id} (${name}) is still ${status}.`);
    }
    onWaiting?.(instance);
  }
}

/** Waits for a new instance. A daemon that ended before the instance was ready removes it after its restart. */
async function waitForNew(client: Client, { id, uid, name }: Instance, watcher: Watcher): Promise<Instance> {
  try {
    return await waitUntilReady(client, { instance: id, uid }, watcher);
  } catch (error) {
    if (MccError.hasCode(error, "not-found")) {
      throw new MccError(
        "unavailable",
        `Instance ${id} (${name}) no longer exists, because the daemon ended before the instance was ready. Create it again.`,
        { cause: error },
      );
    }
    throw error;
  }
}
