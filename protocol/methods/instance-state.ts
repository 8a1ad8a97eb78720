/** Without the schemas, because users' programs import these types, and their compiler would read all schemas. */
export const instanceStatuses = ["pending", "running", "stopped", "destroying", "failed"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

/** The rungs of the ladder to readiness that a word names. */
export type PlainReadiness = "running" | "address" | "ssh";
