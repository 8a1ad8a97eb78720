import { createHash } from "node:crypto";
import { z } from "zod";

/** More is to be fetched by the script itself. */
export const largestUserDataBytes = 256 * 1024;

/**
 * A script that is run once as root after the first start. Without a `#!` line `/bin/sh` runs it; line ends of
 * Windows become those of Linux, and its mark at the beginning of a text is left out.
 */
export const userDataSchema = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= largestUserDataBytes,
    `a userData script has ${largestUserDataBytes} bytes at most; let it fetch what is larger`,
  )
  // Control characters cannot travel in XML.
  .regex(
    /^[^\p{Cs}\0-\x08\x0b\x0c\x0e-\x1f\x7f]*$/u,
    "a userData script is text, without control characters but tabs and line ends",
  )
  .transform((text) => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));

/** SHA-256 in hexadecimal, by which a script is known where it is not told. */
export function userDataDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
