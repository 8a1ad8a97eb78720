import { createHash } from "node:crypto";
import { z } from "zod";

/** The limit of a script. A script can download larger files itself. */
export const largestUserDataBytes = 256 * 1024;

/**
 * Checks a script that runs once as root after the first start. Without a `#!` line, `/bin/sh` runs it. Line ends of
 * Windows become those of Linux, and a byte order mark is removed.
 */
export const userDataSchema = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= largestUserDataBytes,
    `a userData script has at most ${largestUserDataBytes} bytes; let the script download larger files`,
  )
  // XML forbids control characters.
  .regex(
    /^[^\p{Cs}\0-\x08\x0b\x0c\x0e-\x1f\x7f]*$/u,
    "a userData script is text; control characters other than tabs and line ends are not allowed",
  )
  .transform((text) => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));

/** Returns the SHA-256 in hexadecimal, which identifies a script without revealing it. */
export function userDataDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
