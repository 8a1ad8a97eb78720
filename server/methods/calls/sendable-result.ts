import { toSendable } from "../../../protocol/wire/xml-characters";

/**
 * Returns the result with U+FFFD in place of every character that XML cannot contain. A record of an earlier release,
 * or the name of a file, may have one, and no list may fail because of it.
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
