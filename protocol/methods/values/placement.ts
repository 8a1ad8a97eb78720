import { memberNameSchema } from "../member";

/** The parameters that choose where a new instance is created. Only one of them can be given. */
export const placementShape = {
  /** The member of the cluster to create it on. By default, the engine spreads instances over all members. */
  member: memberNameSchema.optional(),
  /** The group of members from which the engine chooses one. */
  group: memberNameSchema.optional(),
};
