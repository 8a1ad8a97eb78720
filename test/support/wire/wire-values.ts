import fc from "fast-check";
import { isSendable } from "../../../protocol/wire/xml-characters";

/** Any text that XML allows: of all planes, with markup, line ends and names of object properties. */
export const sendableText = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom("<", ">", "&", '"', "'", "]", " ", "\t", "\r", "\n", "\u0085", "\u2028", "\ufffd"),
          fc.constantFrom("é", "東", "🚀", "]]>", "<![CDATA[", "&amp;", "&#10;", "-->"),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join("")),
  )
  .filter(isSendable);

const memberName = fc
  .oneof(
    sendableText,
    fc.constantFrom("constructor", "hasOwnProperty", "toString", "then", "length", "prototype", "0", ""),
  )
  .filter((name) => name !== "__proto__");

/** Times with whole seconds, because `dateTime.iso8601` has no fractions. */
const moment = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));

const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Number.isInteger(value));

/** @param text the texts in the values. */
export function wireValues(text: fc.Arbitrary<string> = sendableText): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      text,
      fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
      double,
      fc.boolean(),
      fc.constant(null),
      moment,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(memberName, tie("value"), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;
}
