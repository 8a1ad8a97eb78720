import { z } from "zod";
import type { DamagedFile, Feature, ServerInfo } from "../types/server";
import { method } from "./method";
import { timeSchema, uidSchema } from "./name";

export type { DamagedFile, Feature, ServerInfo };

/** Raised when a client and a daemon of different ages would misunderstand each other. */
export const protocolVersion = 1;

/** What a daemon may be asked for that those of earlier releases do not know. Rows are never removed. */
export const features = [
  /** `hideOutput` of instance.create and fleet.apply. */
  "hideOutput",
  /** The methods instance.check and fleet.check. */
  "check",
  /**
   * Creates with `attempt` and `owner`, the methods `*.confirm` and `token.list`, and `instance.update` with `adopt`.
   */
  "ownership",
] as const satisfies readonly Feature[];

const damagedFileSchema = z.object({
  /** Relative to the state folder. */
  file: z.string(),
  reason: z.string(),
  /** When the daemon found it. */
  time: timeSchema,
  /** Where it is now, on the daemon's host. Absent for one that is missing, or could not be moved. */
  movedTo: z.string().optional(),
});

const serverInfoSchema = z.object({
  serverId: uidSchema,
  version: z.string(),
  protocolVersion: z.int(),
  driver: z.string(),
  /** True when instances exist in the daemon's memory only. */
  simulated: z.boolean(),
  addressPool: z.object({ first: z.string(), last: z.string(), size: z.int(), free: z.int() }),
  instances: z.int(),
  /** What it can that those of earlier releases cannot; clients ask only for what stands here. */
  features: z.array(z.string()).default([]),
  /**
   * Files of the state folder that were damaged, and without which the daemon goes on: the latest 100, latest first.
   */
  damaged: z.array(damagedFileSchema).default([]),
  /** How many of them there are. */
  damagedTotal: z.int().default(0),
  startedAt: timeSchema,
  /** The daemon's own clock, by which its other times are to be read. */
  now: timeSchema,
});

export const serverMethods = {
  "server.info": method(
    "Says which daemon this is, what drives it and what is free.",
    z.strictObject({}),
    serverInfoSchema,
  ),
};
