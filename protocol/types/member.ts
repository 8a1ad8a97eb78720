/**
 * Names the state of a machine of a cluster.
 *
 * - `"online"`: it answers, and takes instances.
 * - `"offline"`: it does not answer. Its instances are `unreachable`.
 * - `"evacuated"`: it answers, and takes no instances.
 */
export type MemberState = "online" | "offline" | "evacuated";

/** Describes a machine of the cluster on which a daemon creates instances. Amounts that the engine does not tell are absent. */
export interface Member {
  /** The name of the member. */
  name: string;
  /** The state of the member. */
  state: MemberState;
  /** The names of the groups that contain it. */
  groups: string[];
  /** The number of instances on it that the caller may see. */
  instances: number;
  /** The number of its processors. */
  processors?: number;
  /** Its memory in bytes. */
  memoryBytes?: number;
  /** The part of its memory that no program uses, in bytes. */
  freeMemoryBytes?: number;
  /** The size of its storage for instances, in bytes. */
  diskBytes?: number;
  /** The free part of its storage for instances, in bytes. */
  freeDiskBytes?: number;
}

/** The state to give a simulated member: `"removed"` also removes its instances. */
export type SimulatedMemberState = "online" | "offline" | "evacuated" | "removed";

/** Contains the parameters of `member.simulate`. */
export interface MemberSimulateParameters {
  /** The name of the member. */
  member: string;
  /** The state that it has from now on. */
  state: SimulatedMemberState;
}
