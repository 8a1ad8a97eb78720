import {
  ConnectionError,
  createInstance,
  type Instance,
  MccError,
  type MethodParameters,
} from "../../../client";
import { withoutUndefined } from "../check-properties";
import { foreignLabel, type Owner } from "../ownership/owner";
import { claimOf } from "../ownership/ownership";
import { daemon } from "../sdk/connection";
import { hidingParameter, presentable } from "../sdk/hidden-output";
import { PartialFailure } from "../sdk/partial-failure";
import { reportProgress } from "../sdk/progress";
import { adoptInstance } from "./adopt";
import { changeInstance } from "./change";
import { changeableOf, type Inputs, isAsAsked, stateOf } from "./properties";

/**
 * Creates the instance, or continues with the one that an earlier run of the program created with the same client
 * token, and changes it to the current arguments.
 *
 * @throws PartialFailure if the creation failed and the instance exists, or can exist.
 */
export async function makeInstance(inputs: Inputs, serverId: string): Promise<Instance> {
  const { adopt, ownerUrn } = inputs;
  const startMs = Date.now();
  let known: Instance | undefined;
  const endProgress = reportProgress(ownerUrn, () => progressText(known, Date.now() - startMs));
  try {
    if (adopt !== undefined) {
      return await adoptInstance(adopt, inputs, serverId, (adopted) => {
        known = adopted;
      });
    }
    const claim = await claimOf(inputs);
    const instance = await createInstance(
      daemon(),
      { ...creationOf(inputs), ...claim, ...(await hidingParameter(inputs)) },
      {
        onPending: (reserved) => {
          refuseForeign(reserved, inputs);
          known = reserved;
        },
        onWaiting: (waiting) => {
          known = waiting;
        },
      },
    );
    known = instance;
    return isAsAsked(instance, inputs)
      ? instance
      : await changeInstance({ instance: instance.id, uid: instance.uid, serverId }, inputs, instance);
  } catch (reason) {
    const error = await presentable(reason, inputs);
    if (!(error instanceof Error) || known === undefined) {
      throw error;
    }
    const left = await whatIsLeft(known, serverId, error);
    throw left === undefined ? error : partialFailure(left, inputs, serverId, error);
  } finally {
    endProgress(known?.ipAddress ?? "");
  }
}

function creationOf(inputs: Inputs): MethodParameters<"instance.create"> {
  const { image, ipAddress, hostname, userData, waitFor, keepOnFailure, clientToken, timeouts, ttl } = inputs;
  const { isolate, member, group } = inputs;
  return {
    ...changeableOf(inputs),
    image,
    ipAddress,
    hostname,
    userData,
    waitFor,
    keepOnFailure,
    isolate,
    member,
    group,
    clientToken,
    readyTimeoutSeconds: timeouts?.create,
    ttlSeconds: ttl,
  };
}

/**
 * Returns the instance after a failure, or undefined if the daemon has removed it. Only the daemon's `not-found` counts
 * as removed.
 */
async function whatIsLeft(known: Instance, serverId: string, error: Error): Promise<Instance | undefined> {
  if (ConnectionError.isInstance(error)) {
    return known;
  }
  try {
    return await daemon().call("instance.get", { instance: known.id, uid: known.uid, serverId });
  } catch (reason) {
    return MccError.hasCode(reason, "not-found") ? undefined : known;
  }
}

function partialFailure(instance: Instance, inputs: Inputs, serverId: string, cause: Error): PartialFailure {
  const state = stateOf(instance, inputs, serverId);
  return new PartialFailure(String(instance.id), { ...withoutUndefined(inputs), ...state }, cause);
}

/** Refuses an instance of a renamed resource, which keeps the token that a new resource of its old name also has. */
function refuseForeign({ id, name, labels }: Instance, owner: Owner): void {
  const foreign = foreignLabel(labels, owner);
  if (foreign !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) was created under this resource's name, but now belongs to another resource: its label ${foreign.key} is "${foreign.found}", not "${foreign.wanted}". Give this resource another name.`,
    );
  }
}

function progressText(known: Instance | undefined, elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  if (known === undefined) {
    return `requesting an instance (${seconds} s)`;
  }
  const waiting = known.waitingFor === undefined ? "" : `, waiting for ${known.waitingFor}`;
  return `${known.ipAddress} is ${known.status}${waiting} (${seconds} s)`;
}
