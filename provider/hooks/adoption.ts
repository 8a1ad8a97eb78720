import { type Instance, MccError } from "../../client";
import type { Properties } from "./check-properties";
import { daemon } from "./connection";
import { unlessGone } from "./gone";
import { changed } from "./host-properties";
import { changeInstance } from "./instance-change";
import type { Inputs } from "./instance-properties";
import { foreignLabel, ownPrefix } from "./owner";

/**
 * Makes an instance that exists this resource's, or first an instance of a container that others made.
 *
 * @param onFound is called once it is clear that the instance may become this resource's.
 * @throws MccError `not-found`; `conflict` for one that is another resource's, or that cannot be as asked.
 */
export async function adoptInstance(
  adopt: string | number,
  inputs: Inputs,
  serverId: string,
  onFound: (instance: Instance) => void,
): Promise<Instance> {
  const found = await find(adopt, inputs);
  refuseOthers(found, inputs);
  refuseUnlike(found, inputs);
  onFound(found);
  return await changeInstance({ instance: found.id, uid: found.uid, serverId }, inputs, found);
}

async function find(adopt: string | number, { keys }: Inputs): Promise<Instance> {
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
  return await daemon().call("instance.takeOver", { container: container.engineId, keys });
}

function refuseOthers({ id, name, labels }: Instance, inputs: Inputs): void {
  const foreign = foreignLabel(labels, inputs);
  if (foreign?.found !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${id} ("${name}") cannot be adopted, for it is another resource's: its label ${foreign.key} is "${foreign.found}" and not "${foreign.wanted}". If no stack has it any more, take its labels that begin with "${ownPrefix}" away (instance.update).`,
    );
  }
}

/** What cannot change in an instance that exists would have it replaced, which is not to adopt it. */
function refuseUnlike(found: Instance, inputs: Inputs): void {
  const is: Properties = { ...found };
  const asked: Properties = { ...inputs };
  const [unlike] = changed(["image", "ipAddress", "hostname"], is, asked);
  if (unlike !== undefined) {
    throw new MccError(
      "conflict",
      `Instance ${found.id} ("${found.name}") cannot be adopted as asked: its ${unlike} is "${String(is[unlike])}" and not "${String(asked[unlike])}". Give it as it is, or leave it out.`,
    );
  }
}
