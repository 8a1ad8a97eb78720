/** Without the schemas: these words are in the types of users' programs, whose compiler would read them all. */
export const fleetStatuses = ["applying", "ready", "degraded", "destroying", "failed"] as const;
export type FleetStatus = (typeof fleetStatuses)[number];
