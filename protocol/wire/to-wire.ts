import CustomType from "xmlrpc/lib/customtype";
import { MccError } from "../error";
import { refuseUnsendable } from "./xml-characters";

const largestInt = 2 ** 31 - 1;

/**
 * Converts a value for the `xmlrpc` package. It omits members that are `undefined`, which would arrive as empty
 * strings, sends integers above 32 bits as doubles (other implementations refuse them as `<int>`), and escapes all text.
 *
 * @throws MccError `invalid` for a number or a text that XML-RPC forbids.
 */
export function toWire(value: unknown): unknown {
  if (typeof value === "string") {
    return textToWire(value);
  }
  if (typeof value === "number") {
    return numberToWire(value);
  }
  if (Array.isArray(value)) {
    return value.map(toWire);
  }
  if (typeof value === "object" && value !== null && !Buffer.isBuffer(value) && !(value instanceof Date)) {
    return structToWire(value);
  }
  return value;
}

/**
 * Escapes a text. The package would write a text with markup as a CDATA section and escape only the first `]]>`, so the
 * text could inject XML into the message. The package escapes the text of a custom type, also its line ends.
 */
export function textToWire(text: string): CustomType {
  refuseUnsendable(text);
  const escaped = new CustomType(text);
  escaped.tagName = "string";
  return escaped;
}

function structToWire(struct: object): object {
  const members = Object.entries(struct).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([name, member]) => {
      refuseUnsendable(name);
      return [name, toWire(member)];
    }),
  );
}

function numberToWire(value: number): unknown {
  if (!Number.isFinite(value)) {
    throw new MccError("invalid", `XML-RPC cannot encode the number ${value}; send a finite one.`);
  }
  if (Number.isInteger(value) && Math.abs(value) > largestInt) {
    const double = new CustomType(value.toFixed(1));
    double.tagName = "double";
    return double;
  }
  return value;
}
