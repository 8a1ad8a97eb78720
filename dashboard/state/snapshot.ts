import type { FleetSummary } from "../../protocol/types/fleet";
import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import type { ServerInfo } from "../../protocol/types/server";

/** What the daemon has. Objects that did not change are the same ones as before, so that their rows are not drawn again. */
export interface Snapshot {
  readonly instances: ReadonlyMap<number, Instance>;
  readonly fleets: ReadonlyMap<string, FleetSummary>;
  readonly types: ReadonlyMap<string, InstanceType>;
  readonly info: ServerInfo | undefined;
  /** The daemon's time minus this machine's, in milliseconds. */
  readonly clockDifferenceMs: number;
  readonly isConnected: boolean;
  /** Why the lists cannot be loaded; undefined if they can. */
  readonly problem: string | undefined;
}

/** What is known before the first answer. */
export const nothing: Snapshot = {
  instances: new Map(),
  fleets: new Map(),
  types: new Map(),
  info: undefined,
  clockDifferenceMs: 0,
  isConnected: false,
  problem: undefined,
};
