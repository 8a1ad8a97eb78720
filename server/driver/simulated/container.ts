import type { InstanceType } from "../../../protocol/methods/instance-type";
import type { ContainerSpec } from "../driver";

/** A container that exists in memory only. */
export interface SimulatedContainer {
  spec: ContainerSpec;
  type: InstanceType;
  running: boolean;
  /** When it was started last, in milliseconds since 1970. */
  startedAtMs: number;
  /** Ends the shells in it when it goes down. */
  down: AbortController;
  /** Undefined without a cluster. */
  readonly member: string | undefined;
  readonly files: Map<string, Uint8Array>;
}
