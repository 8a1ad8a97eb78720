import * as z from "zod";
import { clientTokenSchema } from "../../protocol/methods/values/name";

/** The inputs that a resource's constructor adds. States of the first release have no organization. */
export const identitySchema = z.object({
  ownerUrn: z.string(),
  organization: z.string().optional(),
  clientToken: clientTokenSchema,
  /** True if Pulumi removes the resource from its state without destroying it. */
  retainOnDelete: z.boolean().optional(),
});
export type Identity = z.infer<typeof identitySchema>;

/** Returns the identity. The client token stays the same for the life of the resource, also if its stack is renamed. */
export function recordedIdentity(olds: Record<string, unknown>, news: Record<string, unknown>): Identity {
  const { ownerUrn, organization, retainOnDelete } = news;
  return identitySchema.parse({
    ownerUrn,
    ...(organization === undefined ? {} : { organization }),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
    clientToken: olds.clientToken ?? news.clientToken,
  });
}
