import type { Instance, MethodParameters } from "../../../client";
import { daemon } from "../sdk/connection";
import { changeableOf, type Inputs } from "./properties";

/** What finds an instance again and is sure not to find another. */
export interface Target {
  readonly instance: number;
  readonly uid: string;
  readonly serverId: string;
}

/**
 * Makes an instance as its resource asks, in all that changes in place, and starts one that went down.
 *
 * @param before the instance as it was: what the resource leaves out stays.
 * @param onChanged is called once it is as asked, before it is started.
 * @param adopt whose it becomes in the same step, by another uid.
 */
export async function changeInstance(
  target: Target,
  inputs: Inputs,
  before: Instance,
  onChanged: (instance: Instance) => void = () => undefined,
  adopt?: MethodParameters<"instance.update">["adopt"],
): Promise<Instance> {
  const change = { ...target, ...changeableOf(inputs, before), adopt };
  const instance = await daemon().call("instance.update", change);
  onChanged(instance);
  return instance.status === "stopped"
    ? await daemon().call("instance.start", { ...target, uid: instance.uid })
    : instance;
}
