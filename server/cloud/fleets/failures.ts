import { MccError, messageOf } from "../../../protocol/error";
import { asFileSystemFault } from "../../support/files/file-system-fault";
import type { Instance } from "../instances/instance";

const mostReasons = 5;
const longestReason = 300;

/** A member that failed, and why. */
export interface MemberFailure {
  readonly name: string;
  readonly error: unknown;
}

/** Runs the work on all members at once, and resolves to the failures when it has ended on each. */
export async function failuresOf(
  members: readonly Instance[],
  work: (member: Instance) => Promise<void>,
): Promise<MemberFailure[]> {
  const failures: MemberFailure[] = [];
  await Promise.all(
    members.map((member) =>
      work(member).catch((error: unknown) => failures.push({ name: member.record.name, error })),
    ),
  );
  return failures;
}

/** @throws MccError that names the members which failed, if any did. */
export function refuseFailures(failures: readonly MemberFailure[], total: number): void {
  if (failures.length > 0) {
    throw membersFailed(failures, total);
  }
}

/** The members that failed, in the order of their numbers, with the reasons of the first few: `2 of 50 members failed: web-7: …; web-9: ….` */
function membersFailed(failures: readonly MemberFailure[], total: number): MccError {
  const sorted = failures.toSorted((one, other) =>
    one.name.localeCompare(other.name, "en", { numeric: true }),
  );
  const errors = sorted.map(({ error }) => asFileSystemFault(error));
  const [cause] = errors;
  const reasons = sorted.slice(0, mostReasons).map(({ name, error }) => `${name}: ${reasonOf(error)}`);
  const more = failures.length > mostReasons ? `; and ${failures.length - mostReasons} more` : "";
  return new MccError(
    MccError.isInstance(cause) ? cause.code : "internal",
    `${failures.length} of ${total} members failed: ${reasons.join("; ")}${more}.`,
    { cause, confidential: errors.some(isConfidential) },
  );
}

/** Returns the fields for the log: without an error that is confidential. */
export function loggable(error: unknown): object {
  return isConfidential(error) ? {} : { err: error };
}

function isConfidential(error: unknown): boolean {
  return MccError.isInstance(error) && error.confidential;
}

/** Leaves out the member's own outcome, because that of the fleet is reported once. */
function reasonOf(error: unknown): string {
  const isOutcomeAdded =
    MccError.isInstance(error) &&
    MccError.isInstance(error.cause) &&
    error.message.startsWith(error.cause.message);
  const text = messageOf(isOutcomeAdded ? error.cause : error).replace(/[.\s]+$/, "");
  return text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
}
