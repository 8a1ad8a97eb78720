import * as z from "zod";
import type { Member, MemberState, SimulatedMemberState } from "../types/member";
import { method } from "./method";
import { adminOnly } from "./values/role";

export type { Member, MemberState, SimulatedMemberState };

export const memberStates = ["online", "offline", "evacuated"] as const satisfies readonly MemberState[];
export const simulatedMemberStates = [
  ...memberStates,
  "removed",
] as const satisfies readonly SimulatedMemberState[];

/** Checks the name of a member of a cluster, or of a group of members. The engine gives them. */
export const memberNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,62})$/,
    "a name has 1 to 63 characters of A-Z, a-z, 0-9, ., _ and -, and does not start with . or -",
  );

export const memberSchema = z.object({
  name: z.string(),
  state: z.enum(memberStates),
  groups: z.array(z.string()),
  /** Those that the caller may see. */
  instances: z.int(),
  processors: z.number().optional(),
  memoryBytes: z.number().optional(),
  freeMemoryBytes: z.number().optional(),
  diskBytes: z.number().optional(),
  freeDiskBytes: z.number().optional(),
});

export const memberMethods = {
  "member.simulate": method(
    adminOnly,
    "Changes the state of a simulated member, to try programs against its failure, and returns all members. Real members refuse it.",
    z.strictObject({
      member: memberNameSchema,
      /** removed also removes the instances on it. */
      state: z.enum(simulatedMemberStates),
    }),
    z.array(memberSchema),
  ),
};
