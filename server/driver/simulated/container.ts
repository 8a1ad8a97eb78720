import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ContainerSpec } from "../driver";

/** A container that exists in memory only. */
export interface SimulatedContainer {
  spec: ContainerSpec;
  type: InstanceType;
  running: boolean;
  readonly files: Map<string, Uint8Array>;
}
