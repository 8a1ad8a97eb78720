import type { Identity } from "./identity-schema";
import { logicalName } from "./ownership/owner";

const suffixLength = 6;

/**
 * The resource's own name as far as there is room for it, and enough of the token to tell it from others'.
 *
 * @param longestName by default that of a DNS label.
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
