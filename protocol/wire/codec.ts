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
 * Encodes values as XML-RPC messages, and decodes messages, for clients and daemons.
 *
 * The package `xmlrpc` writes and parses the messages. Its parser (sax 1.2, not strict) accepts far more than XML-RPC,
 * throws outside of all callbacks, and has no limits. Therefore a scan checks each message by the exact grammar first.
 * The scan decodes nothing, so it is small and takes a fifth of the parser's time. A strict XML parser in its place
 * would still need the grammar, the limits and the slices, and could return other values than the package.
 */

/** Encodes a call. @throws MccError `invalid` for a value that XML-RPC forbids, such as a control character. */
export function encodeCall(method: string, parameters: unknown[]): string {
  return encode(() =>
    serializeMethodCall(
      method,
      parameters.map((parameter) => toWire(parameter)),
    ),
  );
}

/** Encodes a result. @throws MccError `invalid` for a value that XML-RPC forbids, such as a control character. */
export function encodeResponse(value: unknown): string {
  return encode(() => serializeMethodResponse(toWire(value)));
}

/** Encodes a fault. It always succeeds, because it replaces the characters that XML forbids. */
export function encodeFault(fault: number, message: string): string {
  return serializeFault({ faultCode: fault, faultString: textToWire(toSendable(message)) });
}

/**
 * Decodes a call in slices, between which the event loop runs other work.
 *
 * @throws MccError `invalid` if it is not an XML-RPC call, exceeds `callLimits`, or contains a character that XML
 * forbids, or a member named `__proto__`.
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
        ? `The message ${reason}; send less in one message.`
        : `The request is not an XML-RPC call: ${reason}.`,
    );
  }
}

/**
 * Decodes an answer, which can come from a hostile server, in slices between which the event loop runs other work.
 *
 * @throws MccError of the fault, or `unavailable` if the answer is not XML-RPC or exceeds `answerLimits`.
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

/** Returns the error of a fault from a server, or undefined for every other error. */
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
    throw new MccError("invalid", `XML-RPC cannot encode the value: ${messageOf(error)}.`);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
