import { z } from "zod";
import { fleetPlaceSchema } from "../../../../protocol/methods/instance";
import { instanceNameSchema, timeSchema, uidSchema } from "../../../../protocol/methods/values/name";
import { waitForSchema } from "../../../../protocol/methods/values/readiness";
import { accountFields } from "../../access/account";
import { heldLeaseSchema, ttlSchema } from "../../lifetimes/lifetime";
import { claimFields } from "../../ownership/claim";
import { highestId } from "../../reservations/id-sequence";

/**
 * What the daemon keeps of an instance in addition to what the engine lists. `creating`, `taking` and `destroying` are
 * intents, recorded before the engine is called: a daemon that finds one at its start undoes or finishes it. `warm` is the
 * intent of an instance that is started ahead and has no owner yet; the next daemon removes it too. `failed` is an instance
 * whose creation failed and that is kept for inspection.
 */
export const instanceRecordSchema = z.strictObject({
  phase: z.enum(["creating", "warm", "taking", "created", "failed", "destroying"]),
  id: z.int().min(1).max(highestId),
  uid: uidSchema,
  name: instanceNameSchema,
  ipAddress: z.ipv4(),
  /** Absent for an instance that was created without an IPv6 range. */
  ipv6Address: z.ipv6().optional(),
  /** It is written into hosts files. For a container that was taken over, others have chosen it. */
  hostname: z.string().regex(/^[^\s\p{Cc}]*$/u, "a host name has no blanks"),
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  /** Lines of authorized_keys that came as text, in addition to the named keys. */
  publicKeys: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()),
  /** The stack whose names it resolves: see `scopeOf`. Default: the stack in its labels. */
  scope: z.string().optional(),
  createdAt: timeSchema,
  sshHostKey: z.string(),
  ...accountFields,
  ...claimFields,
  /** The instances that it reaches: see `networkGroupOf`. Default: the local admin's that are not isolated. */
  networkGroup: z.string().optional(),
  /** Not known before the container is created, unless the client chose it. */
  waitFor: waitForSchema.optional(),
  /** Whether messages leave out what its userData and commands of waitFor print. */
  hideOutput: z.boolean().optional(),
  /** SHA-256 of the userData in hexadecimal. */
  userDataDigest: z.string().optional(),
  /** In the phase `failed`: the reason. In the phase `created`: why its last start failed. */
  failure: z.string().optional(),
  /** The member of the cluster that it is on. */
  member: z.string().optional(),
  /** Where its client wanted it: one of both. */
  placement: z.strictObject({ member: z.string().optional(), group: z.string().optional() }).optional(),
  /** Whether it is started again after a reboot of the host. */
  wanted: z.enum(["running", "stopped"]),
  ttl: ttlSchema.optional(),
  lease: heldLeaseSchema.optional(),
  /** Of a container that was taken over: its values before the daemon wrote its own. */
  before: z.strictObject({ name: z.string().optional(), description: z.string().optional() }).optional(),
  /** Of a member of a fleet. */
  fleet: fleetPlaceSchema.optional(),
});
export type InstanceRecord = z.infer<typeof instanceRecordSchema>;
