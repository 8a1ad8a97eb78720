import pLimit, { type LimitFunction } from "p-limit";
import type { Logger } from "pino";
import type { Driver } from "../../driver/driver";
import type { InstanceTypes } from "../instance-types";
import type { Keys } from "../keys";
import type { Leases } from "../lifetimes/leases";
import type { LeaseClock } from "../lifetimes/ttl-clock";
import type { LeaseReaper } from "../lifetimes/ttl-reaper";
import type { HostNames } from "../network/host-names";
import type { Claims } from "../ownership/claims";
import type { Reservations } from "../reservations/reservations";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { InstanceRecords } from "./record";
import type { UserDataLogs } from "./user-data/logs";

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
