import * as z from "zod";
import type { Fleet, FleetCounts, FleetMember, FleetStatus, FleetSummary } from "../types/fleet";
import { instanceCreateSchema, instanceStatuses } from "./instance";
import { newTtlSecondsSchema } from "./lease";
import { method } from "./method";
import { problemsSchema } from "./problem";
import { claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./values/claim";
import { clientTokenSchema, labelsSchema, nameSchema, timeSchema, uidSchema } from "./values/name";
import { placementShape } from "./values/placement";
import { everyRole, rolesThatChange } from "./values/role";

export const largestFleet = 10_000;

export type { Fleet, FleetCounts, FleetMember, FleetStatus, FleetSummary };

export const fleetStatuses = [
  "applying",
  "ready",
  "degraded",
  "destroying",
  "failed",
] as const satisfies readonly FleetStatus[];

/** The limit leaves space for `-10000` in a name of 63 characters. */
export const longestFleetName = 57;
const fleetNameSchema = nameSchema.max(
  longestFleetName,
  `a fleet's name has at most ${longestFleetName} characters`,
);

const memberSchema = z.object({
  /** From 1; the member's name is `<fleet>-<index>`. */
  index: z.int(),
  id: z.int(),
  uid: uidSchema,
  name: z.string(),
  ipAddress: z.string(),
  ipv6Address: z.string().optional(),
  hostname: z.string(),
  sshHostKey: z.string(),
  status: z.enum(instanceStatuses),
  /** The member of the cluster that it is on. */
  member: z.string().optional(),
});

const countsSchema = z.object({
  /** How many members the fleet must have. */
  wanted: z.int(),
  /** Members that are ready and match the desired state. */
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
   * `applying` during a change; then `ready`, or `degraded` if members are down, lost or failed. `failed` if members
   * could not be created, and their removal also failed; the daemon retries the removal.
   */
  status: z.enum(fleetStatuses),
  counts: countsSchema,
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  createdAt: timeSchema,
  ttlSeconds: z.int().optional(),
  /** True if the quota of the account gave the ttl, and no client. */
  ttlImposed: z.boolean().optional(),
  /** When the daemon destroys it, to the second, unless its ttl is renewed before. */
  expiresAt: timeSchema.optional(),
  /** The lease of lease.open that decides its lifetime. */
  lease: uidSchema.optional(),
  /** SHA-256 of the userData in hexadecimal; absent where there is none. */
  userDataDigest: z.string().optional(),
  simulated: z.boolean(),
  failure: z.string().optional(),
  /** The name of the token that created it. */
  account: z.string().optional(),
  /** The resource that owns it, if it is known. */
  owner: shownOwnerSchema.optional(),
});

const fleetSchema = fleetSummarySchema.extend({ members: z.array(memberSchema) });

const target = { fleet: fleetNameSchema, uid: uidSchema.optional(), serverId: uidSchema.optional() };

const {
  image,
  type,
  keys,
  labels,
  waitFor,
  userData,
  hideOutput,
  readyTimeoutSeconds,
  ttlSeconds,
  noTtl,
  lease,
} = instanceCreateSchema.shape;

export const fleetApplySchema = z.strictObject({
  /** The members have the names `<name>-1` to `<name>-<count>`. */
  name: fleetNameSchema,
  count: z.int().min(1, "a fleet has at least one member").max(largestFleet),
  image,
  type,
  keys,
  labels,
  waitFor,
  userData,
  hideOutput,
  readyTimeoutSeconds,
  /** An address of the pool for each member, in the order of their indices. Default: free addresses. */
  addresses: z.array(z.ipv4("expected an IPv4 address such as 198.18.0.7")).optional(),
  /** How many members can be unavailable at the same time while they are replaced. Default: all. */
  maxUnavailable: z.int().min(1).optional(),
  /** Keeps members whose creation failed, for inspection. By default, everything is undone. */
  keepOnFailure: z.boolean().default(false),
  /** As for instance.create, or lets the members reach each other only. A change replaces the members. */
  isolate: z.enum(["stack", "fleet"]).optional(),
  /** As for instance.create. A change replaces the members. */
  ...placementShape,
  /**
   * The daemon destroys the fleet this many seconds after the end of this call, or the last extend. Default: as the quota
   * of the account says, and never without one.
   */
  ttlSeconds,
  noTtl,
  /** The daemon destroys the fleet when this lease from lease.open ends. */
  lease,
  clientToken: clientTokenSchema.optional(),
  ...claimShape,
  ...replacingShape,
  /** Identify an existing fleet: the call fails for another fleet of the same name, and on another server. */
  uid: uidSchema.optional(),
  serverId: uidSchema.optional(),
});

export const fleetMethods = {
  "fleet.apply": method(
    rolesThatChange,
    "Creates a fleet, or changes the fleet with this name. It makes all reservations or none. Returns as soon as the intent is recorded; fleet.wait waits for the end.",
    fleetApplySchema,
    fleetSummarySchema,
  ),
  "fleet.check": method(
    everyRole,
    "Returns the reasons why a fleet.apply would fail after the fleet of the same clientToken is destroyed. Returns none if there is no such fleet. Changes nothing.",
    fleetApplySchema
      .pick({ name: true, count: true, image: true, type: true, keys: true, labels: true, addresses: true })
      .extend(placementShape)
      .extend({ clientToken: clientTokenSchema }),
    problemsSchema,
  ),
  "fleet.get": method(everyRole, "Returns one fleet with its members.", z.strictObject(target), fleetSchema),
  "fleet.confirm": method(
    rolesThatChange,
    "Confirms that the given owner has recorded the fleet, and returns it. Its client token can no longer create anything.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    fleetSchema,
  ),
  "fleet.list": method(
    everyRole,
    "Returns all fleets, or those with all given labels, without their members.",
    z.strictObject({ labels: labelsSchema.optional() }),
    z.array(fleetSummarySchema),
  ),
  "fleet.wait": method(
    everyRole,
    "Waits until the last change of the fleet is done or has failed, for at most timeoutSeconds. The result done is false after a timeout.",
    z.strictObject({ ...target, timeoutSeconds: z.int().min(0).max(60).default(60) }),
    z.object({ done: z.boolean(), fleet: fleetSummarySchema }),
  ),
  "fleet.extend": method(
    rolesThatChange,
    "Restarts the ttl of a fleet from now: the given one, or the current one.",
    z.strictObject({ ...target, ttlSeconds }),
    fleetSummarySchema,
  ),
  "fleet.update": method(
    rolesThatChange,
    "Changes the count or the ttl of a fleet, and leaves the rest of its desired state. With a count, also the present one, missing and stopped members are created again. Returns as soon as the intent is recorded; fleet.wait waits for the end.",
    z.strictObject({
      ...target,
      count: fleetApplySchema.shape.count.optional(),
      /** The new ttl from now. 0 removes it. */
      ttlSeconds: newTtlSecondsSchema.optional(),
    }),
    fleetSummarySchema,
  ),
  "fleet.destroy": method(
    rolesThatChange,
    "Destroys a fleet with all its members in any state, and returns when they are gone. Succeeds if there is no such fleet.",
    z.strictObject(target),
    z.object({
      /** How many members were destroyed. */
      destroyed: z.int(),
    }),
  ),
};
