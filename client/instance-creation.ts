import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../protocol/error";
import type { Instance, InstanceStatus } from "../protocol/instance";
import type { MethodParameters } from "../protocol/method-table";
import type { Client } from "./client";
import { ConnectionError } from "./connection-error";

export type InstanceTarget = Pick<MethodParameters<"instance.get">, "instance" | "uid" | "serverId">;

const defaultPatienceMs = 60_000;
const pauseMs = 500;
/** Most instances are ready in less, and need no second call; of the others it is good to hear soon. */
const firstAnswerSeconds = 2;
/** What a `create` answers that is still at work, or has failed: which, and with what, `wait` tells. */
const unready: readonly InstanceStatus[] = ["pending", "failed"];

export interface CreationOptions {
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
  { onPending, patienceMs = defaultPatienceMs }: CreationOptions = {},
): Promise<Instance> {
  let met = false;
  let lostSinceMs: number | undefined;
  let backSinceMs: number | undefined;
  for (;;) {
    try {
      const instance = await client.call("instance.create", {
        waitSeconds: firstAnswerSeconds,
        ...parameters,
      });
      met = true;
      backSinceMs = Date.now();
      onPending?.(instance);
      return unready.includes(instance.status) ? await waitForNew(client, instance) : instance;
    } catch (error) {
      met ||= !ConnectionError.isInstance(error) || error.reached;
      // One that dies of each creation anew is not back.
      if (backSinceMs !== undefined && Date.now() - backSinceMs >= patienceMs) {
        lostSinceMs = undefined;
      }
      backSinceMs = undefined;
      lostSinceMs ??= Date.now();
      const mayComeBack =
        met && MccError.hasCode(error, "unavailable") && Date.now() - lostSinceMs < patienceMs;
      if (!mayComeBack || parameters.clientToken === undefined) {
        throw error;
      }
      await pause(pauseMs);
    }
  }
}

/**
 * Waits until a pending instance is ready as its create asked; one that is made already is so at once.
 *
 * @throws MccError what its create failed with; `not-found` for one that is gone.
 */
export async function waitUntilReady(client: Client, target: InstanceTarget): Promise<Instance> {
  for (;;) {
    const { ready, instance } = await client.call("instance.wait", target);
    if (ready) {
      return instance;
    }
  }
}

/** A daemon that ended before an instance was ready undoes it when it comes back. */
async function waitForNew(client: Client, { id, uid, name }: Instance): Promise<Instance> {
  try {
    return await waitUntilReady(client, { instance: id, uid });
  } catch (error) {
    if (MccError.hasCode(error, "not-found")) {
      throw new MccError(
        "unavailable",
        `Instance ${id} ("${name}") is gone: it was undone when the daemon ended before it was ready. Make it again.`,
        { cause: error },
      );
    }
    throw error;
  }
}
