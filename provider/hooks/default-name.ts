import { logicalName } from "./owner";

const longestName = 63;
const suffixLength = 6;

/** The resource's own name as far as a DNS label can hold it, and enough of the token to tell it from others'. */
export function defaultName({ ownerUrn, clientToken }: { ownerUrn: string; clientToken: string }): string {
  const suffix = clientToken.slice(0, suffixLength);
  const stem = logicalName(ownerUrn)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestName - suffixLength - 1)
    .replace(/^-+|-+$/g, "");
  return stem === "" ? `mcc-${suffix}` : `${stem}-${suffix}`;
}
