import { MccError } from "../../../../protocol/error";
import type { ParsedParameters } from "../../../../protocol/methods/method-table";
import { userDataDigest } from "../../../../protocol/methods/values/user-data";
import type { Instance } from "../instance";

/** The properties that cannot change in place. */
const fixed = ["image", "ipAddress", "hostname", "lease", "member", "group"] as const;

/**
 * Refuses a create that asks for other properties than the instance has that its client token created: the token then
 * stands for another instance.
 *
 * @throws MccError `conflict`.
 */
export function refuseOtherProperties(
  { record, title }: Instance,
  asked: ParsedParameters<"instance.create">,
): void {
  const { image, ipAddress, hostname, lease, placement: { member = "none", group = "none" } = {} } = record;
  const made = { image, ipAddress, hostname, lease: lease?.id ?? "none", member, group };
  const details = fixed
    .filter((property) => asked[property] !== undefined && asked[property] !== made[property])
    .map((property) => `${property} ${made[property]}, not ${String(asked[property])}`);
  if (asked.userData !== undefined && userDataDigest(asked.userData) !== record.userDataDigest) {
    details.push("other userData");
  }
  if (details.length > 0) {
    const labels = Object.entries(record.labels).map(([key, value]) => `${key}=${value}`);
    const owner = labels.length === 0 ? "" : ` (labels: ${labels.join(" ")})`;
    throw new MccError(
      "conflict",
      `This client token created instance ${title} already, with ${details.join(" and ")}${owner}; destroy that instance first (mcc destroy-instance ${record.id}), or use another token.`,
    );
  }
}
