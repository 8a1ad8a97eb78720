import { z } from "zod";
import { clientTokenSchema } from "../../protocol/methods/name";

/** What a resource's constructor adds to its arguments. States of the first release have no organization. */
export const identitySchema = z.object({
  ownerUrn: z.string(),
  organization: z.string().optional(),
  clientToken: clientTokenSchema,
  /** True when Pulumi forgets the resource in place of having it destroyed. */
  retainOnDelete: z.boolean().optional(),
});
export type Identity = z.infer<typeof identitySchema>;

/** The token stays what it was when the resource was made, whatever its stack is called by now. */
export function recordedIdentity(olds: Record<string, unknown>, news: Record<string, unknown>): Identity {
  const { ownerUrn, organization, retainOnDelete } = news;
  return identitySchema.parse({
    ownerUrn,
    ...(organization === undefined ? {} : { organization }),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
    clientToken: olds.clientToken ?? news.clientToken,
  });
}
