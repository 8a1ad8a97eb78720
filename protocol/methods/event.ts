import * as z from "zod";
import type { EventKind, MinicloudEvent } from "../types/event";
import { method } from "./method";
import { instanceNameSchema, labelsSchema, nameSchema, timeSchema } from "./values/name";
import { everyRole } from "./values/role";

export type { EventKind, MinicloudEvent };

/** How many events a daemon keeps. */
export const keptEvents = 4096;

export const eventKinds = [
  "created",
  "claimed",
  "ready",
  "failed",
  "stopped",
  "died",
  "unreachable",
  "reachable",
  "extended",
  "expired",
  "destroyed",
  "missed",
] as const satisfies readonly EventKind[];

/** Checks the id of an event: the daemon's life, and the number of the event in it. */
export const eventIdSchema = z
  .string()
  .regex(/^[0-9a-z]{1,16}-[0-9]{1,15}$/, "expected the id of an event, such as m8x1k2p0-17");

export const eventSchema = z.object({
  id: eventIdSchema,
  time: timeSchema,
  kind: z.enum(eventKinds),
  instance: z.object({ id: z.int(), uid: z.string(), name: z.string(), image: z.string() }).optional(),
  fleet: z.string().optional(),
  account: z.string().optional(),
  reason: z.string().optional(),
});

export const eventFilterSchema = z.strictObject({
  instance: z.union([z.int(), instanceNameSchema]).optional(),
  fleet: nameSchema.optional(),
  kinds: z.array(z.enum(eventKinds)).min(1).optional(),
  labels: labelsSchema.optional(),
});
export type ParsedEventFilter = z.output<typeof eventFilterSchema>;

export const eventMethods = {
  "event.list": method(
    everyRole,
    "Returns what happened to instances and fleets, the oldest first. The daemon keeps the latest 4096 events in its memory. GET /events follows them.",
    eventFilterSchema.extend({
      after: eventIdSchema.optional(),
      limit: z.int().min(1).max(keptEvents).default(1000),
    }),
    z.array(eventSchema),
  ),
};
