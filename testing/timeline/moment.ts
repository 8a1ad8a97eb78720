import type { MinicloudEvent } from "../../protocol/types/event";

/** Something that happened to one host of a fleet, or that its test did with it. */
export interface Moment {
  /** Milliseconds since 1970, by the clock of the daemon. */
  readonly atMs: number;
  /** The name of the host; that of the fleet for all of its hosts. */
  readonly who: string;
  /** In a few words: `ready`, `exec hostname: exit code 0`. */
  readonly what: string;
  /** What the host is from then on. Undefined if nothing changes. */
  readonly state?: HostState | undefined;
}

export type HostState = "pending" | "running" | "down" | "gone";

/** The state after each event. Others change none. */
const stateAfter: Partial<Record<MinicloudEvent["kind"], HostState>> = {
  created: "pending",
  claimed: "pending",
  ready: "running",
  stopped: "down",
  died: "down",
  unreachable: "down",
  reachable: "running",
  destroyed: "gone",
};

export function momentOf({ kind, time, instance, fleet = "", reason }: MinicloudEvent): Moment {
  return {
    atMs: Date.parse(time),
    who: instance?.name ?? fleet,
    what: reason === undefined ? kind : `${kind}: ${reason}`,
    state: stateAfter[kind],
  };
}
