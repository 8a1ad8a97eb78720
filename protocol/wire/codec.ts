import { serializeFault, serializeMethodCall, serializeMethodResponse } from "xmlrpc/lib/serializer";
import { MccError, messageOf } from "../error";
import { checkMessage } from "./check-message";
import { TooMuch } from "./message-flaw";
import { answerLimits, callLimits } from "./message-limits";
import type { MethodCall } from "./method-call";
import { parseCall, parseResponse } from "./package-parser";
import { textToWire, toWire } from "./to-wire";
import { toSendable } from "./xml-characters";

export { type MethodCall, toSendable };

/**
 * XML-RPC messages of values, and values of messages, for both sides.
 *
 * The package `xmlrpc` writes and reads them. Its parser (sax 1.2, not strict) takes far more than XML-RPC, throws
 * outside of all callbacks, and has no limits, so a scan of our own looks at each message first: it knows the exact
 * grammar and refuses the rest before the parser sees it. The scan is small, as it decodes nothing, and it takes a fifth
 * of the parser's time. Another parser in its place would be strict about XML only: the grammar, the limits, and turns
 * for the event loop would be ours to add all the same, and its values could differ from those of the package.
 */

/** @throws MccError `invalid` for a value that XML-RPC cannot carry, such as a control character. */
export function encodeCall(method: string, parameters: unknown[]): string {
  return encode(() =>
    serializeMethodCall(
      method,
      parameters.map((parameter) => toWire(parameter)),
    ),
  );
}

/** @throws MccError `invalid` for a value that XML-RPC cannot carry, such as a control character. */
export function encodeResponse(value: unknown): string {
  return encode(() => serializeMethodResponse(toWire(value)));
}

/** Always succeeds: what XML cannot carry in the message is replaced. */
export function encodeFault(fault: number, message: string): string {
  return serializeFault({ faultCode: fault, faultString: textToWire(toSendable(message)) });
}

/**
 * Reads a call. The event loop is free for others between slices of it.
 *
 * @throws MccError `invalid` for what is not an XML-RPC call, holds more than `callLimits` allow, has a character that
 * XML cannot carry, or a member named `__proto__`.
 */
export async function decodeCall(xml: string): Promise<MethodCall> {
  try {
    await checkMessage(xml, "methodCall", callLimits);
    return await parseCall(xml);
  } catch (error) {
    if (MccError.isInstance(error)) {
      throw error;
    }
    const reason = oneLine(messageOf(error));
    throw new MccError(
      "invalid",
      error instanceof TooMuch
        ? `The message ${reason}; send less at a time.`
        : `The request is not an XML-RPC call: ${reason}.`,
    );
  }
}

/**
 * Reads an answer, which may come from a hostile server. The event loop is free for others between slices of it.
 *
 * @throws MccError what the fault says, or `unavailable` for an answer that is not XML-RPC or holds more than
 * `answerLimits` allow.
 */
export async function decodeResponse(xml: string): Promise<unknown> {
  try {
    await checkMessage(xml, "methodResponse", answerLimits);
    return await parseResponse(xml);
  } catch (error) {
    const reason = oneLine(messageOf(error)).replace(/\.$/, "");
    throw (
      faultOf(error) ??
      new MccError(
        "unavailable",
        error instanceof TooMuch ? `The answer ${reason}.` : `The answer is not XML-RPC: ${reason}.`,
      )
    );
  }
}

/** What a server said with a fault; undefined for every other error. */
function faultOf(error: unknown): MccError | undefined {
  return typeof error === "object" &&
    error !== null &&
    "faultCode" in error &&
    "faultString" in error &&
    typeof error.faultCode === "number" &&
    typeof error.faultString === "string"
    ? MccError.fromFault(error.faultCode, error.faultString)
    : undefined;
}

function encode(serialize: () => string): string {
  try {
    return serialize();
  } catch (error) {
    if (MccError.isInstance(error)) {
      throw error;
    }
    throw new MccError("invalid", `This value cannot be sent over XML-RPC: ${messageOf(error)}.`);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
