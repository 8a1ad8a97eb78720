import type { Logger } from "pino";
import type { Quotas } from "../access/quotas/quotas";
import type { Events } from "../events/events";
import type { Lifetimes } from "../instances/context";
import type { Instances } from "../instances/instances";
import type { LimitedDriver } from "../limited-driver";
import type { Claims } from "../ownership/claims";
import type { Placements } from "../placement/placements";
import type { Reservations } from "../reservations/reservations";
import type { FleetCatalog } from "./catalog";
import type { FleetStore } from "./fleet";

/** The rest of the daemon, as far as the life of a fleet needs it. */
export interface FleetContext {
  readonly fleets: FleetCatalog;
  readonly store: FleetStore;
  readonly instances: Instances;
  readonly driver: Pick<LimitedDriver, "capabilities" | "list">;
  readonly placements: Placements;
  readonly reservations: Reservations;
  readonly quotas: Quotas;
  readonly claims: Claims;
  readonly lifetimes: Lifetimes;
  readonly events: Events;
  readonly log: Logger;
}
