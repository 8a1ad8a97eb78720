import * as z from "zod";
import type { DamagedFile, Feature, ServerInfo } from "../types/server";
import { roleSchema } from "./access-token";
import { memberSchema } from "./member";
import { method } from "./method";
import { poolStateSchema } from "./pool";
import { quotaSchema } from "./quota";
import { timeSchema, uidSchema } from "./values/name";
import { everyRole } from "./values/role";

export type { DamagedFile, Feature, ServerInfo };

/** The version of the protocol. It changes if a client and a daemon of different releases would be incompatible. */
export const protocolVersion = 1;

/** The features that daemons of earlier releases lack. Rows are never removed. */
export const features = [
  /** `hideOutput` of instance.create and fleet.apply. */
  "hideOutput",
  /** The methods instance.check and fleet.check. */
  "check",
  /**
   * `attempt` and `owner` in creates, the methods `*.confirm` and `token.list`, and `adopt` in `instance.update`.
   */
  "ownership",
  /** The method fleet.update. */
  "fleetUpdate",
  /** The methods instance.execStart, execRead, execWrite and execEnd. */
  "execStream",
  /** The methods accessToken.*, and `caller` of server.info. */
  "accessTokens",
  /** `isolate` of instance.create and fleet.apply. Absent for a driver that cannot isolate. */
  "isolate",
  /** The method audit.list. */
  "audit",
  /**
   * The method accessToken.setQuota, `limits` of accessToken.add, `quota` of results, and `noTtl` of instance.create and
   * fleet.apply.
   */
  "quotas",
  /** The methods image.uploadStart, uploadWrite, uploadEnd and uploadCancel. */
  "imageUpload",
  /** The methods pool.*, and `pools` of server.info. Absent for a driver that cannot start instances ahead. */
  "pools",
  /** The method event.list, and GET /events. */
  "events",
  /**
   * `member` and `group` of instance.create, instance.check, fleet.apply and fleet.check, and `members` of server.info.
   * Absent for a driver without members.
   */
  "placement",
  /** The method member.simulate. Absent for a driver whose members are real. */
  "simulatedMembers",
  /** The method instance.usage. */
  "usage",
] as const satisfies readonly Feature[];

const damagedFileSchema = z.object({
  /** Relative to the state folder. */
  file: z.string(),
  reason: z.string(),
  /** When the daemon found the damage. */
  time: timeSchema,
  /** The new path on the daemon's host. Absent if the file is missing, or could not be moved. */
  movedTo: z.string().optional(),
});

const networkSchema = z.object({
  /** What keeps instances from the network and the daemon cannot repair, each with what the operator must do. */
  problems: z.array(z.object({ problem: z.string(), remedy: z.string() })),
  /** How often the daemon repaired its network since its start, because another program had changed it. */
  repairs: z.int(),
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
  /** Features that daemons of earlier releases lack. Clients use only features in this list. */
  features: z.array(z.string()).default([]),
  /**
   * Damaged files of the state folder, which the daemon does not use: the latest 100, latest first.
   */
  damaged: z.array(damagedFileSchema).default([]),
  /** The number of all damaged files. */
  damagedTotal: z.int().default(0),
  /** The state of the instances' network a few seconds ago. Absent for a driver that makes none. */
  network: networkSchema.optional(),
  /** The instances that are started ahead, for an admin or a reader. */
  pools: z.array(poolStateSchema).optional(),
  /** The members of the cluster a few seconds ago. Absent for a driver without members, or while the engine does not answer. */
  members: z.array(memberSchema).optional(),
  /** The jump host through which clients reach instances by SSH, or `none`. Absent if the operator set none. */
  sshJump: z.string().optional(),
  /** The token of this call. */
  caller: z.object({ account: z.string(), role: roleSchema }).optional(),
  /** What the account of this call may have, and has. */
  quota: quotaSchema.optional(),
  startedAt: timeSchema,
  /** The time of the daemon's clock, on which its other times are based. */
  now: timeSchema,
});

export const serverMethods = {
  "server.info": method(
    everyRole,
    "Returns the identity, version, driver and free capacity of the daemon.",
    z.strictObject({}),
    serverInfoSchema,
  ),
};
