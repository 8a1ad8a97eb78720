import { Readable } from "node:stream";
import CustomType from "xmlrpc/lib/customtype";
import Deserializer from "xmlrpc/lib/deserializer";
import { serializeFault, serializeMethodCall, serializeMethodResponse } from "xmlrpc/lib/serializer";
import { MccError, messageOf } from "./error";

/** Arrays and structs inside each other. The deepest message of ours has 6 levels. */
const deepestNesting = 32;
const largestInt = 2 ** 31 - 1;

export interface MethodCall {
  method: string;
  parameters: unknown[];
}

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
  return serializeFault({ faultCode: fault, faultString: printable(message) });
}

/** @throws MccError `invalid` for what is not an XML-RPC call, or is nested too deeply. */
export async function decodeCall(xml: string): Promise<MethodCall> {
  refuseDeepNesting(xml);
  const call = await new Promise<MethodCall>((resolve, reject) => {
    new Deserializer().deserializeMethodCall(Readable.from([xml]), (error, method, parameters) => {
      if (error) {
        reject(new MccError("invalid", `The request is not an XML-RPC call: ${oneLine(error.message)}.`));
      } else {
        resolve({ method, parameters });
      }
    });
  });
  call.parameters.forEach(refuseForeignPrototype);
  return call;
}

/** @throws MccError what the fault says, or `unavailable` for an answer that is not XML-RPC. */
export async function decodeResponse(xml: string): Promise<unknown> {
  refuseDeepNesting(xml);
  return await new Promise((resolve, reject) => {
    new Deserializer().deserializeMethodResponse(Readable.from([xml]), (error, value) => {
      if (error === null) {
        resolve(value);
      } else if ("faultCode" in error && "faultString" in error) {
        reject(MccError.fromFault(Number(error.faultCode), String(error.faultString)));
      } else {
        reject(new MccError("unavailable", `The answer is not XML-RPC: ${oneLine(error.message)}.`));
      }
    });
  });
}

/** Text from outside (an engine's words, a file) with what XML cannot carry replaced. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
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

/**
 * The value as the codec needs it: members that are `undefined` left out (they would arrive as empty strings)
 * and integers past 32 bits as doubles (other readers refuse them as `<int>`).
 */
function toWire(value: unknown): unknown {
  if (typeof value === "number") {
    return numberToWire(value);
  }
  if (Array.isArray(value)) {
    return value.map(toWire);
  }
  if (typeof value === "object" && value !== null && !Buffer.isBuffer(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, toWire(member)]),
    );
  }
  return value;
}

function numberToWire(value: number): unknown {
  if (!Number.isFinite(value)) {
    throw new MccError("invalid", `The number ${value} cannot be sent over XML-RPC; send a finite one.`);
  }
  if (Number.isInteger(value) && Math.abs(value) > largestInt) {
    const double = new CustomType(value.toFixed(1));
    double.tagName = "double";
    return double;
  }
  return value;
}

/** Parsing and then walking a deeply nested value holds the event loop and overflows the stack. */
function refuseDeepNesting(xml: string): void {
  let depth = 0;
  for (const [, slash, name] of xml.matchAll(/<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)(array|struct)\b/gi)) {
    if (name === undefined) {
      continue;
    }
    depth += slash === "/" ? -1 : 1;
    if (depth > deepestNesting) {
      throw new MccError("invalid", `The message nests more than ${deepestNesting} arrays and structs.`);
    }
  }
}

/** A member named `__proto__` sets the prototype of its struct, and its members would pass for the struct's. */
function refuseForeignPrototype(value: unknown): void {
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || value instanceof Date) {
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) {
    throw new MccError("invalid", `A struct has a member named "__proto__"; leave it out.`);
  }
  Object.values(value).forEach(refuseForeignPrototype);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
