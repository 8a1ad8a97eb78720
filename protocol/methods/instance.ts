import * as z from "zod";
import type { FleetPlace, Instance, InstanceStatus } from "../types/instance";
import { foreignContainerSchema } from "./foreign-container";
import { newTtlSecondsSchema, ttlSecondsSchema } from "./lease";
import { method } from "./method";
import { problemsSchema } from "./problem";
import { adoptionSchema, claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./values/claim";
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
} from "./values/name";
import { placementShape } from "./values/placement";
import { waitForSchema } from "./values/readiness";
import { adminOnly, everyRole, rolesThatChange } from "./values/role";
import { userDataSchema } from "./values/user-data";

export type { FleetPlace, Instance, InstanceStatus };

export const instanceStatuses = [
  "pending",
  "running",
  "stopped",
  "destroying",
  "failed",
  "unreachable",
] as const satisfies readonly InstanceStatus[];

/** The place of an instance in its fleet. It was created with the name `<name>-<index>`. */
export const fleetPlaceSchema = z.object({ name: z.string(), index: z.int() });

const instanceSchema = z.object({
  /** From 500, never used twice in the life of a state folder. */
  id: z.int(),
  uid: uidSchema,
  name: z.string(),
  status: z.enum(instanceStatuses),
  ipAddress: z.string(),
  /** Absent if the daemon has no IPv6 range, or had none when it created the instance. */
  ipv6Address: z.string().optional(),
  hostname: z.string(),
  image: z.string(),
  type: z.string(),
  /** Names of keys. */
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  createdAt: timeSchema,
  /** Absent for an instance that never expires. */
  ttlSeconds: z.int().optional(),
  /** True if the quota of the account gave the ttl, and no client. */
  ttlImposed: z.boolean().optional(),
  /** When the daemon destroys it, to the second, unless its ttl is renewed before. */
  expiresAt: timeSchema.optional(),
  /** The lease of lease.open that decides its lifetime. */
  lease: uidSchema.optional(),
  /**
   * The public host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. Empty for a container that had
   * none when it was taken over.
   */
  sshHostKey: z.string(),
  /** True when the driver keeps instances in memory only. */
  simulated: z.boolean(),
  /**
   * With status `failed`: the reason. The instance could not be removed yet, or it was kept for inspection. With status
   * `stopped`: why it could not be started again. With either, and `running`: that it ran out of memory. With status
   * `unreachable`: which member of the cluster does not answer.
   */
  failure: z.string().optional(),
  /** The member of the cluster that it is on. */
  member: z.string().optional(),
  /** Of a member of a fleet. */
  fleet: fleetPlaceSchema.optional(),
  /** The rung that an instance waits for until it is ready, such as `ssh` or `tcp 80`, or `userData`. */
  waitingFor: z.string().optional(),
  /** The name of the token that created it. */
  account: z.string().optional(),
  /** The resource that owns it, if it is known. The owner of a member is that of its fleet. */
  owner: shownOwnerSchema.optional(),
});

const idSchema = z.int().min(1, "an id is a whole number of at least 1");

/**
 * Names an instance. To act on an instance that was created earlier, a client also sends `uid` and `serverId`. Then
 * another server refuses the call, and a later instance with the same id is not found.
 */
const target = {
  instance: z.union([idSchema, instanceNameSchema], "expected the id or the name of an instance"),
  uid: uidSchema.optional(),
  serverId: uidSchema.optional(),
};

const keysSchema = z
  .array(nameSchema)
  .max(64, "an instance has at most 64 keys")
  .refine((keys) => new Set(keys).size === keys.length, "name each key once");

/** The time limit of a clean shutdown. After it, the shutdown is forced. */
const graceSecondsSchema = z.int().min(0).max(600).default(10);

export const instanceCreateSchema = z.strictObject({
  image: imageNameSchema.default("micro"),
  type: typeNameSchema.default("basic"),
  keys: keysSchema.default([]),
  /** Default: `mcc-<id>`. */
  name: instanceNameSchema.optional(),
  /** An address of the pool. Default: a free one. */
  ipAddress: z.ipv4("expected an IPv4 address such as 198.18.0.7").optional(),
  /** Default: the name. */
  hostname: hostnameSchema.optional(),
  labels: labelsSchema.default({}),
  clientToken: clientTokenSchema.optional(),
  ...claimShape,
  ...replacingShape,
  /** Default: `ssh`, or `running` if the image has no SSH server. */
  waitFor: waitForSchema.optional(),
  /** A script that runs once as root after the rungs `running`, `address` and `ssh`, and before the other rungs. */
  userData: userDataSchema.optional(),
  /**
   * Omits the output of userData and of the commands in waitFor from every message, because it can contain secrets.
   * instance.log still returns the output of userData. Default: false.
   */
  hideOutput: z.boolean().optional(),
  /** The time limit from the start until the instance is ready, including userData. After it, everything is undone. */
  readyTimeoutSeconds: z.int().min(1).max(3600).default(120),
  /** How long the call waits for the instance to be ready, in place of an `instance.wait`. */
  waitSeconds: z.int().min(0).max(60).default(0),
  /**
   * The daemon destroys the instance this many seconds after this call, or the last extend. Default: as the quota of the
   * account says, and never without one.
   */
  ttlSeconds: ttlSecondsSchema.optional(),
  /** Asks for no ttl, also where a quota would give one. Default: false. */
  noTtl: z.boolean().optional(),
  /** The daemon destroys the instance when this lease from lease.open ends. */
  lease: uidSchema.optional(),
  /** Keeps an instance whose creation failed, for inspection. By default, everything is undone. */
  keepOnFailure: z.boolean().default(false),
  /**
   * Lets only the other isolated instances of its stack reach it, and it only those. By default, those of its account reach
   * it that are not isolated. Refused for a driver that cannot isolate, and for an instance without labels of a stack.
   */
  isolate: z.enum(["stack"]).optional(),
  ...placementShape,
});

export const largestExecOutputBytes = 16 * 1024 * 1024;
/** The limit of the decoded `stdin`. Its base64 leaves space for a command of 700 kB in the largest request. */
export const largestExecInputBytes = 12_000_000;

/** The limits of Linux, see execve(2): MAX_ARG_STRLEN with its final NUL, and half of the minimum for all arguments. */
const longestWordBytes = 131_072;
const longestCommandBytes = 1024 * 1024;

const commandSchema = z
  .array(
    z
      .string()
      .refine((word) => Buffer.byteLength(word) < longestWordBytes, "an argument has at most 131071 bytes")
      .regex(/^[^\0]*$/, "an argument has no NUL character"),
  )
  .min(1, "a command has at least one argument")
  .max(1024, "a command has at most 1024 arguments")
  .refine(
    (words) => words.reduce((sum, word) => sum + Buffer.byteLength(word), 0) <= longestCommandBytes,
    "a command has at most 1 MiB; send more through stdin",
  );

const timeoutSecondsSchema = z.int().min(1).max(3600).default(60);

/** The limit of one piece of standard input. */
export const largestExecPieceBytes = 1024 * 1024;

/** Names a command of instance.execStart. */
const streamTarget = { exec: uidSchema };

export const instanceMethods = {
  "instance.create": method(
    rolesThatChange,
    "Reserves id, name and address, starts the creation of the instance, and returns it immediately, or when it is ready within waitSeconds. instance.wait waits until it is ready or has failed. The same clientToken returns the same instance to the same attempt, and to a later one until instance.confirm.",
    instanceCreateSchema,
    instanceSchema,
  ),
  "instance.check": method(
    everyRole,
    "Returns the reasons why an instance.create would fail after the instance of the same clientToken is destroyed. Returns none if there is no such instance. Changes nothing.",
    instanceCreateSchema
      .pick({
        image: true,
        type: true,
        keys: true,
        name: true,
        ipAddress: true,
        hostname: true,
        labels: true,
        member: true,
        group: true,
      })
      .extend({ clientToken: clientTokenSchema }),
    problemsSchema,
  ),
  "instance.get": method(everyRole, "Returns one instance.", z.strictObject(target), instanceSchema),
  "instance.confirm": method(
    rolesThatChange,
    "Confirms that the given owner has recorded the instance, and returns it. Its client token can no longer create anything.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    instanceSchema,
  ),
  "instance.list": method(
    everyRole,
    "Returns all instances, or those with all given labels.",
    z.strictObject({ labels: labelsSchema.optional() }),
    z.array(instanceSchema),
  ),
  "instance.listForeign": method(
    adminOnly,
    "Returns the containers on the same engine that this daemon does not manage. Changes nothing.",
    z.strictObject({}),
    z.array(foreignContainerSchema),
  ),
  "instance.wait": method(
    everyRole,
    "Waits until the instance is ready or has failed, for at most timeoutSeconds. The result ready is false after a timeout.",
    z.strictObject({ ...target, timeoutSeconds: z.int().min(0).max(60).default(60) }),
    z.object({ ready: z.boolean(), instance: instanceSchema }),
  ),
  "instance.update": method(
    rolesThatChange,
    "Changes name, type, keys, labels, ttl or owner of an instance in place. It makes all given changes or none.",
    z.strictObject({
      ...target,
      name: instanceNameSchema.optional(),
      type: typeNameSchema.optional(),
      keys: keysSchema.optional(),
      labels: labelsSchema.optional(),
      /** The new ttl from now. 0 removes it. */
      ttlSeconds: newTtlSecondsSchema.optional(),
      /** Makes the caller the owner of an instance without an owner. The instance gets a new uid. */
      adopt: adoptionSchema.optional(),
      /** Removes the owner. */
      release: z.boolean().optional(),
    }),
    instanceSchema,
  ),
  "instance.extend": method(
    rolesThatChange,
    "Restarts the ttl of an instance from now: the given one, or the current one.",
    z.strictObject({ ...target, ttlSeconds: ttlSecondsSchema.optional() }),
    instanceSchema,
  ),
  "instance.start": method(
    rolesThatChange,
    "Starts a stopped instance and waits until it is ready. Succeeds if it is already running.",
    z.strictObject(target),
    instanceSchema,
  ),
  "instance.stop": method(
    rolesThatChange,
    "Shuts an instance down, forcibly after graceSeconds. Succeeds if it is already stopped.",
    z.strictObject({ ...target, graceSeconds: graceSecondsSchema }),
    instanceSchema,
  ),
  "instance.restart": method(
    rolesThatChange,
    "Stops an instance, forcibly after graceSeconds, and starts it again.",
    z.strictObject({ ...target, graceSeconds: graceSecondsSchema }),
    instanceSchema,
  ),
  "instance.exec": method(
    rolesThatChange,
    "Runs a command as root in a running instance. The output is base64. The result truncated is true if it exceeded maxOutputBytes.",
    z.strictObject({
      ...target,
      command: commandSchema,
      /** Base64. */
      stdin: z.base64().default(""),
      timeoutSeconds: timeoutSecondsSchema,
      /** The limit of stdout and of stderr, separately. */
      maxOutputBytes: z
        .int()
        .min(0)
        .max(largestExecOutputBytes)
        .default(1024 * 1024),
      /** After a timeout, returns the output until then in place of a fault. Default: false. */
      outputOnTimeout: z.boolean().optional(),
    }),
    z.object({
      exitCode: z.int(),
      stdout: z.base64(),
      stderr: z.base64(),
      truncated: z.boolean(),
      /** True if the command was killed after timeoutSeconds. */
      timedOut: z.boolean().optional(),
      /** True if the kernel killed processes of the instance during the command because memory was used up. */
      outOfMemory: z.boolean().optional(),
    }),
  ),
  "instance.execStart": method(
    rolesThatChange,
    "Starts a command as root in a running instance, and returns the id by which instance.execRead reads its output while it runs. The command is ended if no call names it for 10 seconds.",
    z.strictObject({
      ...target,
      command: commandSchema,
      /** Whether instance.execWrite sends standard input. Otherwise it is empty. */
      stdin: z.boolean().default(false),
      timeoutSeconds: timeoutSecondsSchema,
    }),
    z.object({ exec: uidSchema }),
  ),
  "instance.execRead": method(
    rolesThatChange,
    "Waits for output of a command of instance.execStart, or for its end, for at most waitSeconds, and returns the output since the last answer. The last answer has the exit code. A call with the same after returns the same answer again.",
    z.strictObject({
      ...streamTarget,
      /** The number of the last answer that arrived: 0 for the first call. */
      after: z.int().min(0),
      waitSeconds: z.int().min(0).max(30).default(5),
    }),
    z.object({
      /** The number of this answer: after + 1. */
      number: z.int(),
      stdout: z.base64(),
      stderr: z.base64(),
      /** Present in the last answer. */
      exitCode: z.int().optional(),
      /** True in the last answer if the command was killed after timeoutSeconds. */
      timedOut: z.boolean().optional(),
      /** True in the last answer if the kernel killed processes of the instance because memory was used up. */
      outOfMemory: z.boolean().optional(),
    }),
  ),
  "instance.execWrite": method(
    rolesThatChange,
    "Sends a piece of standard input to a command of instance.execStart, and waits up to 5 seconds until there is room for it. An empty piece only keeps the command alive.",
    z.strictObject({
      ...streamTarget,
      /** The position of the piece in the input, in bytes. Bytes that arrived before are skipped. */
      offset: z.int().min(0),
      /** Base64. */
      data: z
        .base64()
        .max(Math.ceil(largestExecPieceBytes / 3) * 4, "a piece has at most 1 MiB")
        .default(""),
      /** Whether the input ends after this piece. */
      end: z.boolean().default(false),
    }),
    z.object({
      /** How many bytes of the input have arrived. Less than the end of the piece if there was no room. */
      received: z.int(),
    }),
  ),
  "instance.execEnd": method(
    rolesThatChange,
    "Kills a command of instance.execStart with all its processes, and forgets it. Succeeds if there is no such command.",
    z.strictObject(streamTarget),
    z.object({
      /** False if there was nothing to end. */
      ended: z.boolean(),
    }),
  ),
  "instance.log": method(
    rolesThatChange,
    "Returns the exit code of an instance's userData and the end of its output, also while it runs, and for some time after a failed create was undone.",
    z.strictObject(target),
    z.object({
      /** True until the script ends, also before it starts. */
      running: z.boolean(),
      /** Absent for a script that did not exit by itself. */
      exitCode: z.int().optional(),
      /** Standard output and standard error in the order of arrival, as base64. */
      output: z.base64(),
      /** True if earlier output was dropped. */
      truncated: z.boolean(),
    }),
  ),
  "instance.takeOver": method(
    adminOnly,
    "Makes an instance from a container on the same engine that this daemon does not manage, without stopping it, and returns the instance.",
    z.strictObject({
      /** The id or name of the container in the engine. */
      container: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
          "give the engine's id or name of the container, which has A-Z, a-z, 0-9, ., _ and -",
        ),
      /** Default: the name of the container if it is valid for an instance, or else `mcc-<id>`. */
      name: instanceNameSchema.optional(),
      /** Keys in addition to those of the container. */
      keys: keysSchema.default([]),
      labels: labelsSchema.default({}),
    }),
    instanceSchema,
  ),
  "instance.destroy": method(
    rolesThatChange,
    "Destroys an instance in any state, and returns when it is gone. Succeeds if there is no such instance.",
    z.strictObject(target),
    z.object({
      /** False if there was nothing to destroy. */
      destroyed: z.boolean(),
    }),
  ),
};
