import pLimit, { type LimitFunction } from "p-limit";
import type { Logger } from "pino";
import type { Driver } from "../driver/driver";
import type { Claims } from "./claims";
import type { DamagedFiles } from "./damaged-files";
import type { HostNames } from "./host-names";
import type { InstanceRecords } from "./instance-record";
import type { InstanceTypes } from "./instance-types";
import type { Keys } from "./keys";
import type { LateWrites } from "./late-writes";
import type { LeaseClock } from "./lease-clock";
import type { LeaseReaper } from "./lease-reaper";
import type { Leases } from "./leases";
import type { Reservations } from "./reservations";
import type { UserDataLogs } from "./user-data-logs";

/** What the life of an instance needs of the rest of the daemon. */
export interface InstanceContext {
  readonly serverId: string;
  readonly driver: Driver;
  readonly records: InstanceRecords;
  readonly lateWrites: LateWrites;
  readonly logs: UserDataLogs;
  readonly reservations: Reservations;
  readonly types: InstanceTypes;
  readonly keys: Keys;
  readonly leaseClock: LeaseClock;
  readonly reaper: LeaseReaper;
  readonly leases: Leases;
  readonly claims: Claims;
  readonly nameservers: readonly string[];
  /** Absent with a driver whose containers do not follow a hosts file. */
  readonly hostNames: HostNames | undefined;
  readonly limits: EngineLimits;
  readonly damaged: DamagedFiles;
  readonly log: Logger;
}

/** How many engine commands run at a time. What waits for a guest must not hold up what makes another. */
export interface EngineLimits {
  /** Creating, starting, destroying, and writing files into instances. */
  readonly change: LimitFunction;
  /** Stopping with grace. */
  readonly stop: LimitFunction;
  /** Running what new instances wait for: as long as it takes, so that few at a time would hold up many. */
  readonly guest: LimitFunction;
}

/** As many changes at once as gain something with this engine. */
export function engineLimits({ capabilities }: Driver): EngineLimits {
  return {
    change: pLimit(capabilities.changesAtOnce),
    stop: pLimit(1024),
    guest: pLimit(1024),
  };
}
