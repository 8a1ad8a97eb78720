import { runtime } from "@pulumi/pulumi";

/** Tells whether a value, or a part of it, is not known yet, as in previews. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some(hasUnknown);
  }
  return value === runtime.unknownValue;
}
