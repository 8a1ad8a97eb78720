import { ConnectionError, type Instance, MccError } from "../../../client";
import type { Properties } from "../check-properties";
import { unlessGone } from "../gone";
import { changed } from "../host-properties";
import { foreignLabel, logicalName, ownPrefix } from "../ownership/owner";
import { adoptionOf, knowsOwners } from "../ownership/ownership";
import { daemon } from "../sdk/connection";
import { changeInstance } from "./change";
import type { Inputs } from "./properties";

/** The resources of this program that adopt an instance, by its uid. Two of them can check it before one changes it. */
const adopters = new Map<string, string>();

/**
 * Makes this resource the owner of an existing instance. A container that MiniCloud does not manage is first taken over.
 *
 * @param onAdopted is called when this resource owns the instance, or possibly owns it. Pulumi must not record it
 * earlier, because it would then destroy an instance that was never adopted.
 * @throws MccError `not-found`; `conflict` if another resource owns it, or it cannot match the arguments.
 */
export async function adoptInstance(
  adopt: string | number,
  inputs: Inputs,
  serverId: string,
  onAdopted: (instance: Instance) => void,
): Promise<Instance> {
  const found = await find(adopt, inputs);
  const adoption = (await knowsOwners()) ? adoptionOf(inputs) : undefined;
  if (adoption === undefined) {
    refuseOthers(found, inputs);
  }
  refuseUnlike(found, inputs);
  const { id: instance, uid } = found;
  claim(found, inputs.ownerUrn);
  try {
    return await changeInstance({ instance, uid, serverId }, inputs, found, onAdopted, adoption);
  } catch (error) {
    // With the feature `ownership`, the next run finds it by its client token.
    if (adoption === undefined && ConnectionError.isInstance(error) && error.reached) {
      onAdopted(found);
    } else {
      adopters.delete(uid);
    }
    throw error;
  }
}

function claim({ id, uid, name }: Instance, ownerUrn: string): void {
  const other = adopters.get(uid) ?? ownerUrn;
  if (other !== ownerUrn) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) cannot be adopted twice: the resource "${logicalName(other)}" also adopts it. Remove adopt from one of them.`,
    );
  }
  adopters.set(uid, ownerUrn);
}

async function find(adopt: string | number, inputs: Inputs): Promise<Instance> {
  const instance = await unlessGone(daemon().call("instance.get", { instance: adopt }));
  if (instance !== undefined) {
    return instance;
  }
  const containers = await daemon().call("instance.listForeign", {});
  const container = containers.find(({ engineId }) => engineId === String(adopt));
  if (container === undefined) {
    throw new MccError(
      "not-found",
      `There is no instance ${JSON.stringify(adopt)} to adopt. List the instances with "mcc list-instances -a", or omit adopt to create a new one.`,
    );
  }
  const { engineId, image, hostname, ipAddresses } = container;
  refuseChange(`Container ${engineId}`, { image, hostname, ipAddress: ipAddresses[0] }, inputs);
  return await daemon().call("instance.takeOver", { container: engineId, keys: inputs.keys });
}

function refuseOthers({ id, name, labels, fleet, lease }: Instance, inputs: Inputs): void {
  const holder = fleet === undefined ? lease && "the lease of a test run" : `the fleet "${fleet.name}"`;
  if (holder !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) cannot be adopted because it belongs to ${holder}.`,
    );
  }
  const foreign = foreignLabel(labels, inputs);
  if (foreign?.found !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) cannot be adopted because it belongs to another resource: its label ${foreign.key} is "${foreign.found}", not "${foreign.wanted}". If no stack contains it any longer, remove its labels that start with "${ownPrefix}" (mcc update-instance ${id} --remove-label KEY).`,
    );
  }
}

function refuseUnlike(found: Instance, inputs: Inputs): void {
  refuseChange(`Instance ${found.id} (${found.name})`, { ...found }, inputs);
}

/** Refuses changes that an existing instance does not allow in place, because an adopted one must not be replaced. */
function refuseChange(title: string, is: Properties, inputs: Inputs): void {
  const asked: Properties = { ...inputs };
  const [unlike] = changed(["image", "ipAddress", "hostname", "member"], is, asked);
  if (unlike !== undefined) {
    throw new MccError(
      "conflict",
      `${title} cannot be adopted with these arguments: its ${unlike} is "${String(is[unlike])}", not "${String(asked[unlike])}". Set ${unlike} to the existing value, or omit it.`,
    );
  }
}
