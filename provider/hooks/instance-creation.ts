import { ConnectionError, createInstance, type Instance, MccError } from "../../client";
import { daemon } from "./connection";
import { changeInstance } from "./instance-change";
import { changeableOf, type Inputs, isAsAsked, stateOf } from "./instance-properties";
import { ownerLabels } from "./owner";
import { PartialFailure } from "./partial-failure";
import { reportProgress } from "./progress";

/**
 * Makes the instance, or takes up what an earlier run of the program made by the same token, and gives that what the
 * program says now.
 *
 * @throws PartialFailure when the instance exists, or may.
 */
export async function makeInstance(inputs: Inputs, serverId: string): Promise<Instance> {
  const { image, ipAddress, hostname, waitFor, clientToken, ownerUrn } = inputs;
  const startMs = Date.now();
  let known: Instance | undefined;
  const endProgress = reportProgress(ownerUrn, () => progressText(known, Date.now() - startMs));
  try {
    const instance = await createInstance(
      daemon(),
      { ...changeableOf(inputs), image, ipAddress, hostname, waitFor, clientToken },
      {
        onPending: (reserved) => {
          refuseForeign(reserved, ownerUrn);
          known = reserved;
        },
        onWaiting: (instance) => {
          known = instance;
        },
      },
    );
    known = instance;
    return isAsAsked(instance, inputs)
      ? instance
      : await changeInstance({ instance: instance.id, uid: instance.uid, serverId }, inputs);
  } catch (error) {
    if (!(error instanceof Error) || known === undefined || (await isUndone(known, serverId, error))) {
      throw error;
    }
    throw partialFailure(known, inputs, serverId, error);
  } finally {
    endProgress(known?.ipAddress ?? "");
  }
}

/** What the creation itself failed with the daemon has undone; only its own word for that is believed. */
async function isUndone({ id, uid }: Instance, serverId: string, error: Error): Promise<boolean> {
  if (ConnectionError.isInstance(error)) {
    return false;
  }
  try {
    await daemon().call("instance.get", { instance: id, uid, serverId });
    return false;
  } catch (reason) {
    return MccError.hasCode(reason, "not-found");
  }
}

function partialFailure(instance: Instance, inputs: Inputs, serverId: string, cause: Error): PartialFailure {
  const state = stateOf(instance, { ...inputs, serverId });
  return new PartialFailure(String(instance.id), { ...inputs, ...state }, cause);
}

/** A resource that was renamed keeps its token, and the next of its old name would come by the same. */
function refuseForeign({ id, name, labels }: Instance, ownerUrn: string): void {
  const foreign = Object.entries(ownerLabels(ownerUrn)).find(([key, value]) => labels[key] !== value);
  if (foreign !== undefined) {
    const [key, value] = foreign;
    throw new MccError(
      "conflict",
      `Instance ${id} ("${name}") was made under this resource's name and belongs to another now: its label ${key} is "${labels[key]}" and not "${value}". Give this resource another name.`,
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
