import type { Logger } from "pino";
import type { Quotas } from "../access/quotas/quotas";
import type { Events } from "../events/events";
import type { Images } from "../images/images";
import type { InstanceTypes } from "../instance-types";
import type { Keys } from "../keys";
import type { Leases } from "../lifetimes/leases";
import type { TtlClock } from "../lifetimes/ttl-clock";
import type { TtlReaper } from "../lifetimes/ttl-reaper";
import type { LimitedDriver } from "../limited-driver";
import type { HostNames } from "../network/host-names";
import type { NameServers } from "../network/name-servers";
import type { Claims } from "../ownership/claims";
import type { Placements } from "../placement/placements";
import type { Reservations } from "../reservations/reservations";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { InstanceRecords } from "./records/instance-records";
import type { UserDataLogs } from "./user-data/logs";

/** The rest of the daemon, as far as the life of an instance needs it. */
export interface InstanceContext {
  readonly driver: LimitedDriver;
  readonly state: InstanceState;
  readonly reservations: Reservations;
  readonly quotas: Quotas;
  readonly claims: Claims;
  readonly lifetimes: Lifetimes;
  readonly choices: Choices;
  readonly network: InstanceNetwork;
  readonly events: Events;
  readonly log: Logger;
}

/** What is on disk about instances. */
export interface InstanceState {
  readonly records: InstanceRecords;
  readonly lateWrites: LateWrites;
  readonly logs: UserDataLogs;
  readonly damaged: DamagedFiles;
}

/** What ends instances and fleets. */
export interface Lifetimes {
  readonly clock: TtlClock;
  readonly reaper: TtlReaper;
  readonly leases: Leases;
}

/** What a creation names. */
export interface Choices {
  readonly images: Images;
  readonly types: InstanceTypes;
  readonly keys: Keys;
  readonly placements: Placements;
}

export interface InstanceNetwork {
  readonly nameServers: NameServers;
  /** Returns the IPv6 address that goes with an instance's IPv4 address; undefined if instances get none. */
  readonly ipv6AddressOf: (ipAddress: string) => string | undefined;
  /** Undefined with a driver whose containers do not follow a hosts file. */
  readonly hostNames: HostNames | undefined;
}
