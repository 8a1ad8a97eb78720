import type { InstanceBeginning } from "../instances/admission";
import type { InstanceCatalog } from "../instances/catalog";
import type { InstanceContext } from "../instances/context";
import type { InstanceDestruction } from "../instances/destroy";
import type { FleetCatalog } from "./catalog";
import type { FleetRecords } from "./record";

/** What the life of a fleet needs of the rest of the daemon. */
export interface FleetContext extends InstanceContext {
  readonly fleets: FleetCatalog;
  readonly fleetRecords: FleetRecords;
  readonly instances: InstanceCatalog;
  readonly beginning: InstanceBeginning;
  readonly destruction: InstanceDestruction;
}
