import { MccError } from "../../../protocol/error";
import type { Instance } from "./instance";

/** What an operator does about a member that does not answer. The cloud knows no engine, and so none of its commands. */
const remedy =
  "If it never comes back, remove the member from the cluster by force, with the engine's own command; what was on it then counts as gone.";

/** Returns why an instance is unreachable, and what happens next. */
export function whyUnreachable({ record, isLeaving }: Instance): string {
  const next = isLeaving ? "The instance is destroyed when the member is back. " : "";
  return `${memberOf(record)} does not answer, and the instance can still run there. ${next}${remedy}`;
}

/** @throws MccError `unreachable` if nothing can be done with an instance, because its member does not answer. */
export function refuseUnreachable(instance: Instance): void {
  if (instance.status === "unreachable") {
    throw new MccError(
      "unreachable",
      `Instance ${instance.title} is unreachable: ${memberOf(instance.record)} does not answer. Nothing was changed; repeat the call when the member is back. ${remedy}`,
    );
  }
}

/** Returns the message for a destroy that goes on when the member is back. */
export function notDestroyedYet({ title, record }: Instance): string {
  return `Instance ${title} is not destroyed yet, because ${memberOf(record)} does not answer; it can still run there. The daemon destroys it when the member is back. ${remedy}`;
}

function memberOf({ member }: Instance["record"]): string {
  return member === undefined
    ? "the member of the cluster that it is on"
    : `the member "${member}" of the cluster`;
}
