import { toSendable } from "../../protocol/wire/xml-characters";

/**
 * Returns the result with every character that XML cannot carry replaced by U+FFFD: a record that an earlier release
 * wrote, or the name of a file, may have one, and no list may fail for it.
 */
export function sendableResult(result: unknown): unknown {
  if (typeof result === "string") {
    return toSendable(result);
  }
  if (Array.isArray(result)) {
    return result.map(sendableResult);
  }
  if (typeof result === "object" && result !== null && !Buffer.isBuffer(result)) {
    return Object.fromEntries(
      Object.entries(result).map(([name, member]) => [toSendable(name), sendableResult(member)]),
    );
  }
  return result;
}
