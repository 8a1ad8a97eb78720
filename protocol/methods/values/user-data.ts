import { createHash } from "node:crypto";
import * as z from "zod";
import { scriptFlaw } from "./user-data-format";

/** The limit of a script. A script can download larger files itself. */
export const largestUserDataBytes = 256 * 1024;

// XML forbids control characters.
const textOnly = /^[^\p{Cs}\0-\x08\x0b\x0c\x0e-\x1f\x7f]*$/u;
const noText = "a userData script is text; control characters other than tabs and line ends are not allowed";

/**
 * Checks a script that runs once as root after the first start. Without a `#!` line, `/bin/sh` runs it. Line ends of
 * Windows become those of Linux, and a byte order mark is removed. Refuses an empty text, and formats that are no scripts.
 *
 * White space and indentation stay: the text identifies the script, also for the daemons and states of earlier releases.
 */
export const userDataSchema = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= largestUserDataBytes,
    `a userData script has at most ${largestUserDataBytes} bytes; let the script download larger files`,
  )
  .check(({ value, issues }) => {
    const message = scriptFlaw(value) ?? (textOnly.test(value) ? undefined : noText);
    if (message !== undefined) {
      issues.push({ code: "custom", message, input: value });
    }
  })
  .transform((text) => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));

/** Returns the SHA-256 in hexadecimal, which identifies a script without revealing it. */
export function userDataDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
