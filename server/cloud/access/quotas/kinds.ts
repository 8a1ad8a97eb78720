import type { InstanceType } from "../../../../protocol/methods/instance-type";
import type { SizeLimit } from "../../../../protocol/methods/quota";

/** Returns how much of a limit an instance takes; undefined for a type without that limit, or one that no longer exists. */
type AmountOf = (type: InstanceType | undefined) => number | undefined;

/** How an instance counts, for each limit on what an account has. */
export const amountOf: Readonly<Record<SizeLimit, AmountOf>> = {
  instances: () => 1,
  memoryBytes: (type) => type?.memoryBytes,
  cpus: (type) => type?.cpus,
  diskBytes: (type) => type?.diskBytes,
};
