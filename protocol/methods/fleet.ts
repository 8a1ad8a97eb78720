import { z } from "zod";
import type { Fleet, FleetCounts, FleetMember, FleetStatus, FleetSummary } from "../types/fleet";
import { claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./claim";
import { instanceCreateSchema, instanceStatuses } from "./instance";
import { method } from "./method";
import { clientTokenSchema, labelsSchema, nameSchema, timeSchema, uidSchema } from "./name";
import { problemsSchema } from "./problem";

export const largestFleet = 10_000;

export type { Fleet, FleetCounts, FleetMember, FleetStatus, FleetSummary };

export const fleetStatuses = [
  "applying",
  "ready",
  "degraded",
  "destroying",
  "failed",
] as const satisfies readonly FleetStatus[];

/** Leaves room for `-10000` in a name of 63 characters. */
export const longestFleetName = 57;
const fleetNameSchema = nameSchema.max(
  longestFleetName,
  `a fleet's name has ${longestFleetName} characters at most`,
);

const memberSchema = z.object({
  /** From 1; the member's name is `<fleet>-<index>`. */
  index: z.int(),
  id: z.int(),
  uid: uidSchema,
  name: z.string(),
  ipAddress: z.string(),
  hostname: z.string(),
  sshHostKey: z.string(),
  status: z.enum(instanceStatuses),
});

const countsSchema = z.object({
  /** How many members the fleet is to have. */
  wanted: z.int(),
  /** Members that are as the fleet is to be, and ready. */
  ready: z.int(),
  /** Members that are being made. */
  pending: z.int(),
  /** Members that failed or went down, or are not there. */
  failed: z.int(),
});

const fleetSummarySchema = z.object({
  name: z.string(),
  uid: uidSchema,
  /**
   * `applying` while it is changed; then `ready`, or `degraded` when members are down, lost or failed; `failed`
   * when what could not be made could not be undone either, and is tried again.
   */
  status: z.enum(fleetStatuses),
  counts: countsSchema,
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  createdAt: timeSchema,
  ttlSeconds: z.int().optional(),
  /** When the daemon destroys it, to the second, unless its ttl is renewed before. */
  expiresAt: timeSchema.optional(),
  /** The lease that it hangs on, as lease.open gave it out. */
  lease: uidSchema.optional(),
  /** SHA-256 of the userData in hexadecimal; absent where there is none. */
  userDataDigest: z.string().optional(),
  simulated: z.boolean(),
  failure: z.string().optional(),
  /** The resource that it belongs to, once that was told. */
  owner: shownOwnerSchema.optional(),
});

const fleetSchema = fleetSummarySchema.extend({ members: z.array(memberSchema) });

const target = { fleet: fleetNameSchema, uid: uidSchema.optional(), serverId: uidSchema.optional() };

const { image, type, keys, labels, waitFor, userData, hideOutput, readyTimeoutSeconds, ttlSeconds, lease } =
  instanceCreateSchema.shape;

export const fleetApplySchema = z.strictObject({
  /** Its members are called `<name>-1` to `<name>-<count>`. */
  name: fleetNameSchema,
  count: z.int().min(1, "a fleet has one member at least").max(largestFleet),
  ...{ image, type, keys, labels, waitFor, userData, hideOutput, readyTimeoutSeconds },
  /** One for each member, in order of their indices, all of the pool. Default: free ones. */
  addresses: z.array(z.ipv4("expected an IPv4 address such as 198.18.0.7")).optional(),
  /** How many members at a time may be gone while others replace them. Default: all. */
  maxUnavailable: z.int().min(1).optional(),
  /** Keeps members that could not be made, for a look, in place of undoing everything. */
  keepOnFailure: z.boolean().default(false),
  /** The daemon destroys the fleet that long after this call's answer, or its last renewal. Default: never. */
  ttlSeconds,
  /** The daemon destroys the fleet when this lease of lease.open ends. */
  lease,
  clientToken: clientTokenSchema.optional(),
  ...claimShape,
  ...replacingShape,
  /** Of a fleet that was made earlier: refuses another one's name, and another server. */
  uid: uidSchema.optional(),
  serverId: uidSchema.optional(),
});

export const fleetMethods = {
  "fleet.apply": method(
    "Makes a fleet as given, or makes of the one with this name what is given: all reservations are made together or none. Returns as soon as the intent is recorded; fleet.wait tells when it is done.",
    fleetApplySchema,
    fleetSummarySchema,
  ),
  "fleet.check": method(
    "Returns why a fleet.apply would fail once the fleet that the same clientToken made is destroyed; nothing where there is no such fleet. Changes nothing.",
    fleetApplySchema
      .pick({ name: true, count: true, image: true, type: true, keys: true, labels: true, addresses: true })
      .extend({ clientToken: clientTokenSchema }),
    problemsSchema,
  ),
  "fleet.get": method("Returns one fleet with its members.", z.strictObject(target), fleetSchema),
  "fleet.confirm": method(
    "Returns one fleet, whose owner has recorded it: its client token makes nothing any more, and the owner is the one given.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    fleetSchema,
  ),
  "fleet.list": method(
    "Returns all fleets, or those that carry all the given labels, without their members.",
    z.strictObject({ labels: labelsSchema.optional() }),
    z.array(fleetSummarySchema),
  ),
  "fleet.wait": method(
    "Waits until what was last asked of the fleet is done, has failed, or timeoutSeconds are over; done says which.",
    z.strictObject({ ...target, timeoutSeconds: z.int().min(0).max(60).default(60) }),
    z.object({ done: z.boolean(), fleet: fleetSummarySchema }),
  ),
  "fleet.extend": method(
    "Renews the ttl of a fleet, which counts from now: the one that it has, or the one given.",
    z.strictObject({ ...target, ttlSeconds }),
    fleetSummarySchema,
  ),
  "fleet.destroy": method(
    "Destroys a fleet with all its members, whatever their state, and returns when they are gone; gone already is success.",
    z.strictObject(target),
    z.object({
      /** How many members were destroyed. */
      destroyed: z.int(),
    }),
  ),
};
