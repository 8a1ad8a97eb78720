import { ConnectionError, createInstance, type Instance, MccError } from "../../client";
import { daemon } from "./connection";
import { changeInstance } from "./instance-change";
import { changeableOf, type Inputs, isAsAsked, stateOf } from "./instance-properties";
import { ownerLabels } from "./owner";
import { PartialFailure } from "./partial-failure";
import { reportProgress } from "./progress";

/**
 * Makes the instance, or takes up what an earlier run of the program made by the same token.
 *
 * @throws PartialFailure when the instance exists, or may.
 */
export async function makeInstance(inputs: Inputs, serverId: string): Promise<Instance> {
  const { image, ipAddress, hostname, waitFor, clientToken, ownerUrn } = inputs;
  const startMs = Date.now();
  let pending: Instance | undefined;
  const endProgress = reportProgress(ownerUrn, () => progressText(pending, waitFor, Date.now() - startMs));
  try {
    const instance = await createInstance(
      daemon(),
      { ...changeableOf(inputs), image, ipAddress, hostname, waitFor, clientToken },
      {
        onPending: (reserved) => {
          refuseForeign(reserved, ownerUrn);
          pending = reserved;
        },
      },
    );
    return isAsAsked(instance, inputs) ? instance : await change(instance, inputs, serverId);
  } catch (error) {
    // What the daemon itself failed with it has undone.
    throw pending !== undefined && ConnectionError.isInstance(error)
      ? partialFailure(pending, inputs, serverId, error)
      : error;
  } finally {
    endProgress(pending?.ipAddress ?? "");
  }
}

/** The program was changed between the run that made the instance and this one. */
async function change(instance: Instance, inputs: Inputs, serverId: string): Promise<Instance> {
  const { id, uid } = instance;
  try {
    return await changeInstance({ instance: id, uid, serverId }, inputs);
  } catch (error) {
    throw MccError.isInstance(error) ? partialFailure(instance, inputs, serverId, error) : error;
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

function progressText(pending: Instance | undefined, waitFor: string, elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return pending === undefined
    ? `asking for an instance (${seconds} s)`
    : `${pending.ipAddress} is ${pending.status}, waiting for ${waitFor} (${seconds} s)`;
}
