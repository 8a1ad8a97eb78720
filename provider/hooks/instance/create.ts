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
 * Makes the instance, or takes up what an earlier run of the program made by the same token, and gives that what the
 * program says now.
 *
 * @throws PartialFailure when the instance exists, or may.
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
  return {
    ...changeableOf(inputs),
    image,
    ipAddress,
    hostname,
    userData,
    waitFor,
    keepOnFailure,
    clientToken,
    readyTimeoutSeconds: timeouts?.create,
    ttlSeconds: ttl,
  };
}

/**
 * The instance as it stands after a failure. Nothing when the daemon has undone it; only its own word for that is
 * believed.
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

/** A resource that was renamed keeps its token, and the next of its old name would come by the same. */
function refuseForeign({ id, name, labels }: Instance, owner: Owner): void {
  const foreign = foreignLabel(labels, owner);
  if (foreign !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) was made under this resource's name and belongs to another now: its label ${foreign.key} is "${foreign.found}" and not "${foreign.wanted}". Give this resource another name.`,
    );
  }
}

function progressText(known: Instance | undefined, elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  if (known === undefined) {
    return `asking for an instance (${seconds} s)`;
  }
  const waiting = known.waitingFor === undefined ? "" : `, waiting for ${known.waitingFor}`;
  return `${known.ipAddress} is ${known.status}${waiting} (${seconds} s)`;
}
