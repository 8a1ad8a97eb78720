import { runtime } from "@pulumi/pulumi";

/** Whether a value is not known yet, as happens in previews, or holds something that is not. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some(hasUnknown);
  }
  return value === runtime.unknownValue;
}
