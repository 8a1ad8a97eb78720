import { MccError } from "../../protocol/error";
import type {
  Instance,
  InstanceCreateParameters,
  InstanceStatus,
  InstanceTarget,
} from "../../protocol/types/instance";
import type { Client } from "../client";
import { outlastRestarts } from "./outlast-restarts";
import { requireIsolation } from "./require-isolation";
import { requirePlacement } from "./require-placement";

/** Most instances are ready within this time and need no second call. For the others, the id arrives soon. */
const firstAnswerSeconds = 2;
/** States in the answer of a create that need an `instance.wait`, which returns the result or the failure. */
const unready: readonly InstanceStatus[] = ["pending", "failed", "unreachable"];
/** How often the state of a creation is read for `onWaiting`. */
const lookEverySeconds = 2;
/** The daemon's limit of the waiting time in one call. */
const longestCallSeconds = 60;

/** Contains the options of {@link waitUntilReady}. */
export interface WaitOptions {
  /** Called every two seconds with the instance until it is ready. Default: none. */
  readonly onWaiting?: ((instance: Instance) => void) | undefined;
  /** How long to wait, in seconds. Default: until the instance is ready or its creation has failed. */
  readonly timeoutSeconds?: number;
}

/** Contains the options of {@link createInstance}. */
export interface CreationOptions extends Pick<WaitOptions, "onWaiting"> {
  /** Called with the instance when the daemon has recorded it, and again if it must be created again. Default: none. */
  readonly onPending?: (instance: Instance) => void;
  /** How long to wait for a lost daemon to return, in milliseconds. Default: 60000. */
  readonly patienceMs?: number;
}

/**
 * Creates an instance and waits until it is ready. With a `clientToken`, it continues after a restart of the daemon, and
 * creates the instance again if that restart removed it.
 *
 * @param client the client of the daemon.
 * @param parameters the parameters of `instance.create`.
 * @param options what to call during the wait.
 * @returns the instance, which is ready.
 * @throws MccError if the create failed. The daemon has then removed the instance, except with `keepOnFailure`.
 * @throws ConnectionError if the daemon was lost. A later call with the same token then recovers the instance.
 */
export async function createInstance(
  client: Client,
  parameters: InstanceCreateParameters,
  { onPending, patienceMs, ...watcher }: CreationOptions = {},
): Promise<Instance> {
  return await outlastRestarts(client, parameters.clientToken !== undefined, patienceMs, async (answered) => {
    await requireIsolation(client, parameters.isolate);
    await requirePlacement(client, parameters);
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
 * Waits until an instance is ready. Returns immediately if it is.
 *
 * @param client the client of the daemon.
 * @param target the instance.
 * @param options the time limit, and what to call during the wait.
 * @returns the instance, which is ready.
 * @throws MccError with the error of the creation if that failed; `not-found` if the instance does not exist; `timeout`.
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
async function waitForNew(
  client: Client,
  { id, uid, name }: Instance,
  watcher: WaitOptions,
): Promise<Instance> {
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
