import { formatBytes } from "./bytes";
import type { SizeLimit } from "./methods/quota";

/** How the amounts of a limit are shown. */
interface Amounts {
  /** After `3 of 4`: `processors`. */
  readonly noun: string;
  /** The heading of a column. */
  readonly heading: string;
  readonly format: (amount: number) => string;
}

/** How each limit on what an account has is shown, in the order of messages and columns. */
export const quotaAmounts: Readonly<Record<SizeLimit, Amounts>> = {
  instances: { noun: "instances", heading: "INSTANCES", format: String },
  memoryBytes: { noun: "of memory", heading: "MEMORY", format: formatBytes },
  cpus: { noun: "processors", heading: "PROCESSORS", format: String },
  diskBytes: { noun: "of disk", heading: "DISK", format: formatBytes },
};

/** The limits on what an account has, in the order of messages and columns. */
export const sizeLimits = Object.keys(quotaAmounts).filter((name): name is SizeLimit =>
  Object.hasOwn(quotaAmounts, name),
);
