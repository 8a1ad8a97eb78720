import type { Identity } from "./identity-schema";
import { logicalName } from "./ownership/owner";

const suffixLength = 6;

/**
 * Returns the resource's logical name, shortened if necessary, with the first six digits of its client token.
 *
 * @param longestName the maximum length. Default: that of a DNS label.
 */
export function defaultName({ ownerUrn, clientToken }: Identity, longestName = 63): string {
  const suffix = clientToken.slice(0, suffixLength);
  const stem = logicalName(ownerUrn)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestName - suffixLength - 1)
    .replace(/^-+|-+$/g, "");
  return stem === "" ? `mcc-${suffix}` : `${stem}-${suffix}`;
}
