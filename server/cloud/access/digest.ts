import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Returns a new text of a token: 256 random bits. */
export function newTokenText(): string {
  return randomBytes(32).toString("base64url");
}

/** Returns the hash of a token's text in hexadecimal. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares two hashes in a time that does not depend on them. */
export function sameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, "hex"), Buffer.from(other, "hex"));
}
