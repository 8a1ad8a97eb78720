/** Without the schemas, because users' programs import these types, and their compiler would read all schemas. */
export const fleetStatuses = ["applying", "ready", "degraded", "destroying", "failed"] as const;
export type FleetStatus = (typeof fleetStatuses)[number];
