import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { MccError } from "../../../protocol/error";
import { explained } from "../../support/because";

/**
 * Returns the error for callers. An unexpected one is logged with its details, and answered with a reference to the
 * log.
 */
export function answerable(error: unknown, log: Logger): MccError {
  const known = explained(error);
  if (MccError.isInstance(known)) {
    return known;
  }
  const reference = randomBytes(4).toString("hex");
  log.error({ err: error, reference }, "internal error");
  return new MccError(
    "internal",
    `Internal error in the daemon; its log has the details with the reference ${reference}.`,
  );
}
