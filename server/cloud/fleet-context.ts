import type { FleetCatalog } from "./fleet-catalog";
import type { FleetRecords } from "./fleet-record";
import type { InstanceBeginning } from "./instance-beginning";
import type { InstanceCatalog } from "./instance-catalog";
import type { InstanceContext } from "./instance-context";
import type { InstanceDestruction } from "./instance-destruction";

/** What the life of a fleet needs of the rest of the daemon. */
export interface FleetContext extends InstanceContext {
  readonly fleets: FleetCatalog;
  readonly fleetRecords: FleetRecords;
  readonly instances: InstanceCatalog;
  readonly beginning: InstanceBeginning;
  readonly destruction: InstanceDestruction;
}
