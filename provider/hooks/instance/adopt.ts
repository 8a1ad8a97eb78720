import { ConnectionError, type Instance, MccError } from "../../../client";
import type { Properties } from "../check-properties";
import { unlessGone } from "../gone";
import { changed } from "../host-properties";
import { foreignLabel, logicalName, ownPrefix } from "../ownership/owner";
import { adoptionOf, knowsOwners } from "../ownership/ownership";
import { daemon } from "../sdk/connection";
import { changeInstance } from "./change";
import type { Inputs } from "./properties";

/** Which resource of this program adopts, or has adopted, which instance, by uid: two look before either changes it. */
const adopters = new Map<string, string>();

/**
 * Makes an instance that exists this resource's, or first an instance of a container that others made.
 *
 * @param onAdopted is called once the instance is this resource's, or may be so for all that is known. Before that
 * Pulumi must not hear of it, as it would destroy with the resource what was never adopted.
 * @throws MccError `not-found`; `conflict` for one that is another resource's, or that cannot be as asked.
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
    // With an owner, the next run finds it by its client token.
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
      `Instance ${id} (${name}) cannot be adopted twice: the resource "${logicalName(other)}" adopts it, too.`,
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
      `There is no instance ${JSON.stringify(adopt)} to adopt. "mcc list-instances -a" shows what there is; leave adopt out to have an instance made.`,
    );
  }
  const { engineId, image, hostname, ipAddresses } = container;
  refuseChange(`Container ${engineId}`, { image, hostname, ipAddress: ipAddresses[0] }, inputs);
  return await daemon().call("instance.takeOver", { container: engineId, keys: inputs.keys });
}

function refuseOthers({ id, name, labels, fleet, lease }: Instance, inputs: Inputs): void {
  const holder = fleet === undefined ? lease && "a test that made it" : `the fleet "${fleet.name}"`;
  if (holder !== undefined) {
    throw new MccError("conflict", `Instance ${id} (${name}) cannot be adopted, for it goes with ${holder}.`);
  }
  const foreign = foreignLabel(labels, inputs);
  if (foreign?.found !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} (${name}) cannot be adopted, for it is another resource's: its label ${foreign.key} is "${foreign.found}" and not "${foreign.wanted}". If no stack has it any more, take its labels that begin with "${ownPrefix}" away (instance.update).`,
    );
  }
}

function refuseUnlike(found: Instance, inputs: Inputs): void {
  refuseChange(`Instance ${found.id} (${found.name})`, { ...found }, inputs);
}

/** What cannot change in an instance that exists would have it replaced, which is not to adopt it. */
function refuseChange(title: string, is: Properties, inputs: Inputs): void {
  const asked: Properties = { ...inputs };
  const [unlike] = changed(["image", "ipAddress", "hostname"], is, asked);
  if (unlike !== undefined) {
    throw new MccError(
      "conflict",
      `${title} cannot be adopted as asked: its ${unlike} is "${String(is[unlike])}" and not "${String(asked[unlike])}". Give it as it is, or leave it out.`,
    );
  }
}
