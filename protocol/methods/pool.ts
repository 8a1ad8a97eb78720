import * as z from "zod";
import type { PoolState } from "../types/pool";
import { method } from "./method";
import { imageNameSchema } from "./values/name";
import { adminOnly } from "./values/role";

export type { PoolState };

/** The most instances that one pool can have. */
export const mostPooled = 1000;

export const poolStateSchema = z.object({
  image: z.string(),
  size: z.int(),
  /** How many can be claimed now. */
  ready: z.int(),
  /** Why the last start failed. */
  problem: z.string().optional(),
});

export const poolMethods = {
  "pool.set": method(
    adminOnly,
    "Changes how many instances of an image are started ahead, until the daemon ends. A create that fits claims one.",
    z.strictObject({
      image: imageNameSchema,
      /** 0 removes the pool. */
      size: z.int().min(0).max(mostPooled),
    }),
    poolStateSchema,
  ),
  "pool.list": method(
    ["admin", "reader"],
    "Lists the pools of instances that are started ahead.",
    z.strictObject({}),
    z.array(poolStateSchema),
  ),
};
