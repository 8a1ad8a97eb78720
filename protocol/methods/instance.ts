import { z } from "zod";
import type { FleetPlace, Instance, InstanceStatus } from "../types/instance";
import { adoptionSchema, claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./claim";
import { foreignContainerSchema } from "./foreign-container";
import { ttlSecondsSchema } from "./lease";
import { method } from "./method";
import {
  clientTokenSchema,
  hostnameSchema,
  imageNameSchema,
  instanceNameSchema,
  labelsSchema,
  nameSchema,
  timeSchema,
  typeNameSchema,
  uidSchema,
} from "./name";
import { problemsSchema } from "./problem";
import { waitForSchema } from "./readiness";
import { userDataSchema } from "./user-data";

export type { FleetPlace, Instance, InstanceStatus };

export const instanceStatuses = [
  "pending",
  "running",
  "stopped",
  "destroying",
  "failed",
] as const satisfies readonly InstanceStatus[];

/** Where an instance stands in its fleet: its name was `<name>-<index>` when it was made. */
export const fleetPlaceSchema = z.object({ name: z.string(), index: z.int() });

const instanceSchema = z.object({
  /** From 500, never used twice in the life of a state folder. */
  id: z.int(),
  uid: uidSchema,
  name: z.string(),
  status: z.enum(instanceStatuses),
  ipAddress: z.string(),
  hostname: z.string(),
  image: z.string(),
  type: z.string(),
  /** Names of keys. */
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  createdAt: timeSchema,
  /** Absent for one that lives until somebody destroys it. */
  ttlSeconds: z.int().optional(),
  /** When the daemon destroys it, to the second, unless its ttl is renewed before. */
  expiresAt: timeSchema.optional(),
  /** The lease that it hangs on, as lease.open gave it out. */
  lease: uidSchema.optional(),
  /**
   * The public half, as it stands in a known_hosts file behind the host: `ssh-ed25519 AAAA…`. Empty for a
   * container that was taken over and has none.
   */
  sshHostKey: z.string(),
  /** True when the driver keeps instances in memory only. */
  simulated: z.boolean(),
  /** With status `failed`: what failed, and could not be undone yet or was kept for a look. */
  failure: z.string().optional(),
  /** Of a member of a fleet. */
  fleet: fleetPlaceSchema.optional(),
  /** While it gets ready: the rung it waits for, in words such as `ssh` or `tcp 80`, or `userData`. */
  waitingFor: z.string().optional(),
  /** The resource that it belongs to, once that was told. A member of a fleet belongs to its fleet. */
  owner: shownOwnerSchema.optional(),
});

const idSchema = z.int().min(1, "an id is a whole number from 1");

/**
 * Names an instance. Who acts on one that was made earlier sends `uid` and `serverId` too: then another
 * server refuses, and an id that has come to mean another instance counts as gone.
 */
const target = {
  instance: z.union([idSchema, instanceNameSchema], "expected the id or the name of an instance"),
  uid: uidSchema.optional(),
  serverId: uidSchema.optional(),
};

const keysSchema = z
  .array(nameSchema)
  .max(64, "an instance has 64 keys at most")
  .refine((keys) => new Set(keys).size === keys.length, "each key is named once");

/** How long a clean shutdown may take before it is forced. */
const graceSecondsSchema = z.int().min(0).max(600).default(10);

export const instanceCreateSchema = z.strictObject({
  image: imageNameSchema.default("micro"),
  type: typeNameSchema.default("basic"),
  keys: keysSchema.default([]),
  /** Default: `mcc-<id>`. */
  name: instanceNameSchema.optional(),
  /** One of the pool's. Default: a free one. */
  ipAddress: z.ipv4("expected an IPv4 address such as 198.18.0.7").optional(),
  /** Default: the name at creation. */
  hostname: hostnameSchema.optional(),
  labels: labelsSchema.default({}),
  clientToken: clientTokenSchema.optional(),
  ...claimShape,
  ...replacingShape,
  /** Default: `ssh`; `running` where the image has no SSH server. */
  waitFor: waitForSchema.optional(),
  /** Run once as root after the first start: once `running`, `address` and `ssh` are reached, before other rungs. */
  userData: userDataSchema.optional(),
  /**
   * Leaves what userData and the commands of waitFor print out of every message, as they may hold secrets; instance.log
   * has what userData printed. Default: no.
   */
  hideOutput: z.boolean().optional(),
  /** How long the instance may take from its start until it is ready, userData included, before it is undone. */
  readyTimeoutSeconds: z.int().min(1).max(3600).default(120),
  /** How long the answer may wait for the instance to be ready, which spares an `instance.wait`. */
  waitSeconds: z.int().min(0).max(60).default(0),
  /** The daemon destroys it that long after this call, or its last renewal. Default: never. */
  ttlSeconds: ttlSecondsSchema.optional(),
  /** The daemon destroys it when this lease of lease.open ends. */
  lease: uidSchema.optional(),
  /** Keeps an instance that could not be made, for a look, in place of undoing everything. */
  keepOnFailure: z.boolean().default(false),
});

export const largestExecOutputBytes = 16 * 1024 * 1024;
/** Of what `stdin` stands for: as base64 it leaves room in the largest request for a command of 700 kB. */
export const largestExecInputBytes = 12_000_000;

/** Linux's bounds (execve(2)): MAX_ARG_STRLEN with its final NUL, and half of what all words may have at least. */
const longestWordBytes = 131_072;
const longestCommandBytes = 1024 * 1024;

export const instanceMethods = {
  "instance.create": method(
    "Reserves id, name and address, starts making the instance and returns it as it stands, at once or when it is ready within waitSeconds; instance.wait tells when it is ready, or why it failed. The same clientToken gives the same instance to the same attempt, or to a later one until an instance.confirm spends it.",
    instanceCreateSchema,
    instanceSchema,
  ),
  "instance.check": method(
    "Returns why an instance.create would fail once the instance that the same clientToken made is destroyed; nothing where there is no such instance. Changes nothing.",
    instanceCreateSchema
      .pick({
        image: true,
        type: true,
        keys: true,
        name: true,
        ipAddress: true,
        hostname: true,
        labels: true,
      })
      .extend({ clientToken: clientTokenSchema }),
    problemsSchema,
  ),
  "instance.get": method("Returns one instance.", z.strictObject(target), instanceSchema),
  "instance.confirm": method(
    "Returns one instance, whose owner has recorded it: its client token makes nothing any more, and the owner is the one given.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    instanceSchema,
  ),
  "instance.list": method(
    "Returns all instances, or those that carry all the given labels.",
    z.strictObject({ labels: labelsSchema.optional() }),
    z.array(instanceSchema),
  ),
  "instance.listForeign": method(
    "Returns the containers on the same engine that others made. They are only shown.",
    z.strictObject({}),
    z.array(foreignContainerSchema),
  ),
  "instance.wait": method(
    "Waits until the instance is ready as its create asked, or has failed, or timeoutSeconds are over; ready says which.",
    z.strictObject({ ...target, timeoutSeconds: z.int().min(0).max(60).default(60) }),
    z.object({ ready: z.boolean(), instance: instanceSchema }),
  ),
  "instance.update": method(
    "Changes name, type, keys, labels, ttl or owner of an instance in place, all given ones or none.",
    z.strictObject({
      ...target,
      name: instanceNameSchema.optional(),
      type: typeNameSchema.optional(),
      keys: keysSchema.optional(),
      labels: labelsSchema.optional(),
      /** Counts from now; 0 for none. */
      ttlSeconds: z
        .union([z.literal(0), ttlSecondsSchema], "expected 0, or a ttl in whole seconds")
        .optional(),
      /** Makes an instance that nobody owns the caller's. The uid is then another one. */
      adopt: adoptionSchema.optional(),
      /** Leaves the instance without an owner. */
      release: z.boolean().optional(),
    }),
    instanceSchema,
  ),
  "instance.extend": method(
    "Renews the ttl of an instance, which counts from now: the one that it has, or the one given.",
    z.strictObject({ ...target, ttlSeconds: ttlSecondsSchema.optional() }),
    instanceSchema,
  ),
  "instance.start": method(
    "Starts a stopped instance and waits for it; running already is success.",
    z.strictObject(target),
    instanceSchema,
  ),
  "instance.stop": method(
    "Shuts an instance down, by force after graceSeconds; stopped already is success.",
    z.strictObject({ ...target, graceSeconds: graceSecondsSchema }),
    instanceSchema,
  ),
  "instance.restart": method(
    "Stops an instance, by force after graceSeconds, and starts it again.",
    z.strictObject({ ...target, graceSeconds: graceSecondsSchema }),
    instanceSchema,
  ),
  "instance.exec": method(
    "Runs a command as root in a running instance. Its output comes as base64; truncated says whether more than maxOutputBytes came.",
    z.strictObject({
      ...target,
      command: z
        .array(
          z
            .string()
            .refine((word) => Buffer.byteLength(word) < longestWordBytes, "a word has 131071 bytes at most")
            .regex(/^[^\0]*$/, "an argument has no NUL character"),
        )
        .min(1, "a command has one word at least")
        .max(1024, "a command has 1024 words at most")
        .refine(
          (words) => words.reduce((sum, word) => sum + Buffer.byteLength(word), 0) <= longestCommandBytes,
          "a command has 1 MiB at most; send more through stdin",
        ),
      /** Base64. */
      stdin: z.base64().default(""),
      timeoutSeconds: z.int().min(1).max(3600).default(60),
      /** Of stdout and of stderr, each. */
      maxOutputBytes: z
        .int()
        .min(0)
        .max(largestExecOutputBytes)
        .default(1024 * 1024),
      /** Answers what the command wrote until its time ran out, in place of the fault for that. Default: no. */
      outputOnTimeout: z.boolean().optional(),
    }),
    z.object({
      exitCode: z.int(),
      stdout: z.base64(),
      stderr: z.base64(),
      truncated: z.boolean(),
      /** True for a command that was killed as its time ran out. */
      timedOut: z.boolean().optional(),
    }),
  ),
  "instance.log": method(
    "Returns the exit code and the last of the output of an instance's userData, also while it runs, and for a while after a failed create was undone.",
    z.strictObject(target),
    z.object({
      /** Whether the script is still to end, or to begin. */
      running: z.boolean(),
      /** Absent for a script that did not come to an end by itself. */
      exitCode: z.int().optional(),
      /** Standard output and standard error as they came, in base64. */
      output: z.base64(),
      /** Whether there was more before. */
      truncated: z.boolean(),
    }),
  ),
  "instance.takeOver": method(
    "Puts a container that others made on the same engine under this daemon, without stopping it, and returns the instance that it becomes.",
    z.strictObject({
      /** The engine's own id or name for it. */
      container: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
          "a container goes by the engine's id or name for it, of A-Z, a-z, 0-9, ., _ and -",
        ),
      /** Default: the container's own, where it can be an instance's; else `mcc-<id>`. */
      name: instanceNameSchema.optional(),
      /** Beside the keys that the container has. Left out or empty: those stay alone. */
      keys: keysSchema.default([]),
      labels: labelsSchema.default({}),
    }),
    instanceSchema,
  ),
  "instance.destroy": method(
    "Destroys an instance, whatever its state, and returns when it is gone; gone already is success.",
    z.strictObject(target),
    z.object({
      /** False when there was nothing to destroy. */
      destroyed: z.boolean(),
    }),
  ),
};
