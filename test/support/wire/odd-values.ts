/** A value in XML that no JavaScript value represents. */
export class Written {
  constructor(readonly xml: string) {}
}

const oddNames = [
  ...[
    "constructor",
    "hasOwnProperty",
    "toString",
    "valueOf",
    "toJSON",
    "prototype",
    "then",
    "length",
    "size",
  ],
  ...["name", "", "a\nb", "\ufffd"],
];

/** Structs with members that all JavaScript objects have, or that programs read from objects. */
export const oddStructs: readonly unknown[] = [
  ...oddNames.map((name) => ({ [name]: { toString: 0 } })),
  ...["constructor", "length"].flatMap((name) => [{ [name]: null }, { [name]: "x" }]),
  ...[{ length: 1, 0: "x" }, { length: -1 }, { toString: 1, valueOf: 1 }, { then: { then: [] } }],
  ...[{ length: { toString: 1, valueOf: 1 }, size: { toString: 1, valueOf: 1 } }, { ["n".repeat(200)]: 1 }],
];

/** Other unexpected values that XML-RPC can represent. */
export const oddValues: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 500, 2 ** 31, 1e300],
  ...["<int>-0</int>", "<double>-0.0</double>", "<i8>-9223372036854775808</i8>"].map(
    (xml) => new Written(xml),
  ),
  ...["", "x", "..", "a\r\nb", "\ufffd🚀", "x".repeat(300), "0", "0".repeat(32)],
  ...[[], [[]], [null], ["x", "x"], new Array(20).fill(0), {}, { a: { b: [{}] } }],
];

/** Values for which every method refuses the whole message. */
export const binaryValues: readonly unknown[] = [
  new Written("<base64/>"),
  new Written("<base64>QUJD</base64>"),
  new Written("<dateTime.iso8601>20260101T10:00:00Z</dateTime.iso8601>"),
];

/** Returns a call in XML-RPC without the checks of the codec. */
export function writeCall(method: string, parameters: readonly unknown[]): string {
  const params = parameters.map((parameter) => `<param>${write(parameter)}</param>`).join("");
  return `<methodCall><methodName>${escaped(method)}</methodName><params>${params}</params></methodCall>`;
}

function write(value: unknown): string {
  return `<value>${typed(value)}</value>`;
}

function typed(value: unknown): string {
  if (value instanceof Written) {
    return value.xml;
  }
  if (Array.isArray(value)) {
    return `<array><data>${value.map(write).join("")}</data></array>`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `<member><name>${escaped(name)}</name>${write(member)}</member>`,
    );
    return `<struct>${members.join("")}</struct>`;
  }
  if (typeof value === "number") {
    const type = Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? "int" : "double";
    return `<${type}>${value}</${type}>`;
  }
  if (typeof value === "boolean") {
    return `<boolean>${value ? 1 : 0}</boolean>`;
  }
  return typeof value === "string" ? `<string>${escaped(value)}</string>` : "<nil/>";
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\r", "&#13;");
}
