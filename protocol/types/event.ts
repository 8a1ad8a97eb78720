/**
 * Names what happened to an instance or a fleet.
 *
 * - `"created"`: the daemon accepted it, and works on it.
 * - `"claimed"`: it got a container that was started ahead.
 * - `"ready"`: its creation has ended, or it was started again.
 * - `"failed"`: its creation, a start or its destroy failed, or the engine no longer has it; `reason` tells why.
 * - `"stopped"`: a client stopped it.
 * - `"died"`: it stopped, and no client asked for that; `reason` tells why, where the daemon knows.
 * - `"unreachable"`: its member of the cluster does not answer, and it can still run there.
 * - `"reachable"`: the member answers again.
 * - `"extended"`: its TTL was restarted.
 * - `"expired"`: its TTL or its lease ended, and the daemon destroys it.
 * - `"destroyed"`: nothing is left of it.
 * - `"missed"`: events before this one are lost, because too many came since, or because the daemon was started again.
 */
export type EventKind =
  | "created"
  | "claimed"
  | "ready"
  | "failed"
  | "stopped"
  | "died"
  | "unreachable"
  | "reachable"
  | "extended"
  | "expired"
  | "destroyed"
  | "missed";

/** Describes something that happened to an instance or a fleet. The daemon keeps the latest 4096 in its memory. */
export interface MinicloudEvent {
  /** The id of the event. Later ones are found with it. */
  id: string;
  /** When it happened: a UTC time in ISO 8601. */
  time: string;
  /** What happened. */
  kind: EventKind;
  /** The instance. Absent for an event of a fleet. */
  instance?: EventInstance;
  /** The name of the fleet, or of the instance's fleet. Absent if there is none. */
  fleet?: string;
  /** The account that the instance or the fleet belongs to. */
  account?: string;
  /** Why it happened, for a failure, a death and an expiry. */
  reason?: string;
}

/** Identifies the instance of an event. */
export interface EventInstance {
  /** The number of the instance. */
  id: number;
  /** The random identity of the instance. */
  uid: string;
  /** The name that the instance had then. */
  name: string;
  /** The name of its image. */
  image: string;
}

/** Selects events. */
export interface EventFilter {
  /** Only those of the instance with this id or name. Default: all. */
  instance?: number | string;
  /** Only those of this fleet and its members. Default: all. */
  fleet?: string;
  /** Only those of these kinds. Default: all. */
  kinds?: EventKind[];
  /** Only those whose instance or fleet has these labels, all of them. Default: all. */
  labels?: Record<string, string>;
}

/** Contains the parameters of `event.list`: which events to return. */
export interface EventListParameters extends EventFilter {
  /** Only those after the event with this id. Default: all that the daemon still has. */
  after?: string;
  /** Returns at most the latest of this number: 1 to 4096. Default: 1000. */
  limit?: number;
}
