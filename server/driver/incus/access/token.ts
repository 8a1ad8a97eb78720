import { z } from "zod";
import { MccError } from "../../../../protocol/error";

/** What an administrator of the engine gives to a new client: JSON in base64. */
const tokenSchema = z.object({
  /** The SHA-256 of the engine's certificate, in hexadecimal digits. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/i),
  addresses: z.array(z.string()).default([]),
  secret: z.string().min(1),
});
export type TrustToken = z.infer<typeof tokenSchema>;

/** @throws MccError `invalid`, which does not quote it: a token is a secret. */
export function parseToken(text: string): TrustToken {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(text, "base64").toString("utf8")));
  } catch {
    throw new MccError(
      "invalid",
      "The value of --engine-token is no trust token; create one: lxc config trust add, or incus config trust add NAME.",
    );
  }
}
