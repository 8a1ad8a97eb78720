import { z } from "zod";
import { clientTokenSchema } from "../../protocol/name";

/** What a resource's constructor adds to its arguments. */
export const identitySchema = z.object({ ownerUrn: z.string(), clientToken: clientTokenSchema });

/** The token stays what it was when the resource was made, whatever its stack is called by now. */
export function identityOf(
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
): z.infer<typeof identitySchema> {
  return identitySchema.parse({ ownerUrn: news.ownerUrn, clientToken: olds.clientToken ?? news.clientToken });
}
