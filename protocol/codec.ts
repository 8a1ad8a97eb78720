import { Readable } from "node:stream";
import CustomType from "xmlrpc/lib/customtype";
import Deserializer from "xmlrpc/lib/deserializer";
import { serializeFault, serializeMethodCall, serializeMethodResponse } from "xmlrpc/lib/serializer";
import { MccError, messageOf } from "./error";

/** Arrays and structs inside each other. The deepest message of ours has 6 levels. */
const deepestNesting = 32;
/** A hundred calls in one message have some 2,000; a million would hold the daemon's event loop for seconds. */
const mostValuesInCall = 50_000;
/** Characters that are parsed before what they hold is judged. */
const sliceLength = 65_536;
const largestInt = 2 ** 31 - 1;
/** What no XML document may hold, lone surrogates apart. */
const forbiddenCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

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
  return serializeFault({ faultCode: fault, faultString: textToWire(printable(message)) });
}

/** @throws MccError `invalid` for what is not an XML-RPC call, is nested too deeply or holds too many values. */
export async function decodeCall(xml: string): Promise<MethodCall> {
  const deserializer = new Deserializer();
  const call = await new Promise<MethodCall>((resolve, reject) => {
    const source = limitedSource(xml, deserializer, mostValuesInCall);
    deserializer.deserializeMethodCall(source, (error, method, parameters) => {
      if (error) {
        reject(asMccError("invalid", "The request is not an XML-RPC call", error));
      } else {
        resolve({ method, parameters });
      }
    });
  });
  call.parameters.forEach(refuseUnfit);
  return call;
}

/** @throws MccError what the fault says, or `unavailable` for an answer that is not XML-RPC. */
export async function decodeResponse(xml: string): Promise<unknown> {
  const deserializer = new Deserializer();
  return await new Promise((resolve, reject) => {
    const source = limitedSource(xml, deserializer, Number.POSITIVE_INFINITY);
    deserializer.deserializeMethodResponse(source, (error, value) => {
      if (error === null) {
        resolve(value);
      } else if ("faultCode" in error && "faultString" in error) {
        reject(MccError.fromFault(Number(error.faultCode), String(error.faultString)));
      } else {
        reject(asMccError("unavailable", "The answer is not XML-RPC", error));
      }
    });
  });
}

/** Text from outside (an engine's words, a file) with what XML cannot carry replaced. */
export function printable(text: string): string {
  return text.toWellFormed().replace(new RegExp(forbiddenCharacter, "g"), "\ufffd");
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
 * The value as the codec needs it: members that are `undefined` left out (they would arrive as empty strings),
 * integers past 32 bits as doubles (other readers refuse them as `<int>`), and texts always escaped.
 */
function toWire(value: unknown): unknown {
  if (typeof value === "string") {
    return textToWire(value);
  }
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

/**
 * The package would write a text with markup in it as a CDATA section and escape only the first `]]>` in that: the
 * text could end its section and go on as XML of the message's. It escapes what it takes for a type of our own, line
 * ends included.
 */
function textToWire(text: string): CustomType {
  const escaped = new CustomType(text);
  escaped.tagName = "string";
  return escaped;
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

/**
 * The message in slices; it ends with an error as soon as the parser has met too much. Parsing and then walking
 * a deeply nested value would hold the event loop and overflow the stack. Only the parser itself knows what is
 * markup: a text, a comment or a CDATA section may look like it.
 */
function limitedSource(xml: string, deserializer: Deserializer, mostValues: number): Readable {
  const source = Readable.from(slices(xml));
  let values = 0;
  deserializer.parser.on("opentag", ({ name }) => {
    values += name === "VALUE" ? 1 : 0;
    if (deserializer.marks.length > deepestNesting) {
      source.destroy(
        new MccError("invalid", `The message nests more than ${deepestNesting} arrays and structs.`),
      );
    } else if (values > mostValues) {
      source.destroy(
        new MccError("invalid", `The message holds more than ${mostValues} values; send fewer.`),
      );
    }
  });
  return source;
}

function* slices(xml: string): Generator<string> {
  for (let start = 0; start === 0 || start < xml.length; start += sliceLength) {
    yield xml.slice(start, start + sliceLength);
  }
}

function asMccError(code: "invalid" | "unavailable", what: string, error: Error): MccError {
  return MccError.isInstance(error) ? error : new MccError(code, `${what}: ${oneLine(error.message)}.`);
}

/**
 * Refuses what parses and is not fit to keep. A text with a character that XML forbids, such as one written as
 * `&#xFFFE;`, could never be sent again, and every list with it in it would fail. A member named `__proto__` sets the
 * prototype of its struct, and its members would pass for the struct's.
 */
function refuseUnfit(value: unknown): void {
  if (typeof value === "string") {
    refuseForbiddenCharacter(value);
    return;
  }
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || value instanceof Date) {
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) {
    throw new MccError("invalid", `A struct has a member named "__proto__"; leave it out.`);
  }
  for (const [name, member] of Object.entries(value)) {
    refuseForbiddenCharacter(name);
    refuseUnfit(member);
  }
}

function refuseForbiddenCharacter(text: string): void {
  const place = text.search(forbiddenCharacter);
  if (place !== -1) {
    const code = text.charCodeAt(place).toString(16).toUpperCase().padStart(4, "0");
    throw new MccError(
      "invalid",
      `A text has the character U+${code}, which XML cannot carry; leave it out.`,
    );
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
