import type { Instance, MethodParameters } from "../../../client";
import { daemon } from "../sdk/connection";
import { changeableOf, type Inputs } from "./properties";

/** Identifies an existing instance, and never a later one with the same id. */
export interface Target {
  readonly instance: number;
  readonly uid: string;
  readonly serverId: string;
}

/**
 * Changes the arguments of an instance that can change in place, and starts it if it is stopped.
 *
 * @param before the instance before the change. Omitted arguments keep its values.
 * @param onChanged is called after the change, before the start.
 * @param adopt the new owner, which the same call sets. The instance then gets a new uid.
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
