import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { MccError } from "../../protocol/error";
import { explained } from "../support/because";

/** The error as callers may see it: one that nobody foresaw is logged whole, and answered with a reference to the log. */
export function answerable(error: unknown, log: Logger): MccError {
  const known = explained(error);
  if (MccError.isInstance(known)) {
    return known;
  }
  const reference = randomBytes(4).toString("hex");
  log.error({ err: error, reference }, "a defect");
  return new MccError(
    "internal",
    `The daemon met a defect of its own; its log has the details under reference ${reference}.`,
  );
}
