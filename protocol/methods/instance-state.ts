/** Without the schemas: these words are in the types of users' programs, whose compiler would read them all. */
export const instanceStatuses = ["pending", "running", "stopped", "destroying", "failed"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

/** The rungs of the ladder to readiness that a word names. */
export type PlainReadiness = "running" | "address" | "ssh";
