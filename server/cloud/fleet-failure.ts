import { MccError, messageOf } from "../../protocol/error";

const mostReasons = 5;
const longestReason = 300;

/** A member that failed, and why. */
export interface MemberFailure {
  readonly name: string;
  readonly error: unknown;
}

/** The members that failed, with the reasons of the first few: `2 of 50 members failed: web-7: …; web-9: ….` */
export function membersFailed(failures: readonly MemberFailure[], total: number): MccError {
  const errors = failures.map(({ error }) => error);
  const [cause] = errors;
  const reasons = failures.slice(0, mostReasons).map(({ name, error }) => `${name}: ${reasonOf(error)}`);
  const more = failures.length > mostReasons ? `; and ${failures.length - mostReasons} more` : "";
  return new MccError(
    MccError.isInstance(cause) ? cause.code : "internal",
    `${failures.length} of ${total} members failed: ${reasons.join("; ")}${more}.`,
    { cause, confidential: errors.some(isConfidential) },
  );
}

/** Another message for a failure, as secret as that is. */
export function because(cause: unknown, message: string): MccError {
  const code = MccError.isInstance(cause) ? cause.code : "internal";
  return new MccError(code, message, { cause, confidential: isConfidential(cause) });
}

/** What the log may have of it. */
export function loggable(error: unknown): object {
  return isConfidential(error) ? {} : { err: error };
}

function isConfidential(error: unknown): boolean {
  return MccError.isInstance(error) && error.confidential;
}

/** Without what became of the member, as what became of the fleet is said once. */
function reasonOf(error: unknown): string {
  const isOutcomeAdded =
    MccError.isInstance(error) &&
    MccError.isInstance(error.cause) &&
    error.message.startsWith(error.cause.message);
  const text = messageOf(isOutcomeAdded ? error.cause : error).replace(/[.\s]+$/, "");
  return text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
}
