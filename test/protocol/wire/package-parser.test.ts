import assert from "node:assert/strict";
import fc from "fast-check";
import { serializeMethodCall, serializeMethodResponse } from "xmlrpc/lib/serializer";
import { MccError } from "../../../protocol/error";
import { decodeCall, decodeResponse, encodeCall, encodeResponse } from "../../../protocol/wire/codec";
import { decodeCallByPackage, decodeResponseByPackage } from "../../support/wire/package-codec";
import { sendableText, wireValues } from "../../support/wire/wire-values";

const seed = 20_261_128;

/** The package encodes a text wrongly if it contains the end of a CDATA section twice. */
const oneCdataEnd = sendableText.filter((text) => text.split("]]>").length <= 2);
const gap = fc.constantFrom("", " ", "\r\n\t", "<!-- a < b ]]> & -->", "<!---->\n");

/** A text in the forms that XML allows: escaped, as references, or in CDATA sections, whole or in parts. */
const writtenText = fc
  .array(
    fc.oneof(
      sendableText.map((text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")),
      sendableText.map((text) => `<![CDATA[${text.replaceAll("]]>", "]] >")}]]>`),
      fc.integer({ min: 32, max: 0xd7ff }).map((code) => `&#${code};`),
      fc.integer({ min: 0x10000, max: 0x10ffff }).map((code) => `&#x${code.toString(16)};`),
      fc.constantFrom("&quot;", "&apos;", "&gt;", "&#x00041;", "<!-- not text -->"),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(""));

const plainElement = fc.oneof(
  writtenText.map((text) => `<string>${text}</string>`),
  fc.constantFrom("<string/>", "<nil/>", "<nil></nil>", "<boolean>1</boolean>", "<boolean>0</boolean>"),
  fc.constantFrom("<int> +7\n</int>", "<i4>-0</i4>", "<i8>9223372036854775807</i8>", "<int>00012</int>"),
  fc.constantFrom("<double>-1.5E-3</double>", "<double>.5</double>", "<double>1e+300</double>"),
  fc.constantFrom("<dateTime.iso8601>20260101T10:00:00Z</dateTime.iso8601>"),
  fc.constantFrom("<base64>QUJD\r\nRA==</base64>", "<base64/>"),
);

/** Values in the forms that other programs write. */
const writtenValue = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(gap, plainElement, gap).map((parts) => `<value>${parts.join("")}</value>`),
    writtenText.map((text) => `<value>${text}</value >`),
    fc
      .tuple(gap, fc.array(fc.tuple(tie("value"), gap), { maxLength: 4 }))
      .map(
        ([first, values]) => `<value><array>${first}<data>${values.flat().join("")}</data></array></value>`,
      ),
    fc
      .array(
        fc
          .tuple(gap, writtenText, gap, tie("value"), gap)
          .map(([a, name, b, value, c]) => `<member>${a}<name>${name}</name>${b}${value}${c}</member>`),
        { maxLength: 4 },
      )
      .map((members) => `<value>\n<struct>${members.join("")}</struct></value>`),
  ),
})).value;

const writtenCall = fc
  .tuple(
    fc.constantFrom("", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='UTF-8' ?>\n", "\ufeff"),
    fc.constantFrom("", ' xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions"'),
    gap,
    fc.array(writtenValue, { maxLength: 3 }),
  )
  .map(
    ([declaration, attributes, between, values]) =>
      `${declaration}<methodCall${attributes}>${between}<methodName>a.b</methodName><params>${values.map((value) => `<param>${between}${value}</param>`).join(between)}</params></methodCall>${between}`,
  );

describe("scanned messages", () => {
  it("are read as the package reads them if the package wrote them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wireValues(oneCdataEnd), { maxLength: 3 }), async (parameters) => {
        const call = serializeMethodCall("a.b", parameters);
        assert.deepEqual(await decodeCall(call), await decodeCallByPackage(call));
        const answer = serializeMethodResponse(parameters);
        assert.deepEqual(await decodeResponse(answer), await decodeResponseByPackage(answer));
      }),
      { seed, numRuns: 150 },
    );
  });

  it("are read correctly by the package if we wrote them", async () => {
    await fc.assert(
      fc.asyncProperty(wireValues(), async (value) => {
        assert.deepEqual(await decodeResponseByPackage(encodeResponse(value)), value);
        assert.deepEqual(await decodeResponse(encodeResponse(value)), value);
        const call = { method: "a.b", parameters: [value] };
        assert.deepEqual(await decodeCallByPackage(encodeCall("a.b", [value])), call);
        assert.deepEqual(await decodeCall(encodeCall("a.b", [value])), call);
      }),
      { seed, numRuns: 150 },
    );
  });

  it("are read as the package reads them if another program wrote them", async () => {
    await fc.assert(
      fc.asyncProperty(writtenCall, async (xml) => {
        assert.deepEqual(await decodeCall(xml), await decodeCallByPackage(xml));
      }),
      { seed, numRuns: 300 },
    );
  });

  it("are either read or refused with an MccError after random changes", async () => {
    const change = fc.record({
      at: fc.nat(),
      without: fc.nat(4),
      insert: fc.constantFrom(
        "",
        "<",
        "</",
        ">",
        "/>",
        "&",
        "&#x110000;",
        "]]>",
        "<!--",
        "<?",
        "<value>",
        "\0",
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        writtenCall,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (xml, changes) => {
          const changed = changes.reduce((text, { at, without, insert }) => {
            const place = at % (text.length + 1);
            return text.slice(0, place) + insert + text.slice(place + without);
          }, xml);
          for (const read of [decodeCall, decodeResponse]) {
            await read(changed).catch((error: unknown) =>
              assert.ok(MccError.isInstance(error), String(error)),
            );
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it("cannot name a member __proto__ in any notation", async () => {
    for (const name of ["__proto__", "__pro&#x74;o__", "<![CDATA[__proto]]>__"]) {
      for (const value of ["<int>1</int>", "<struct/>"]) {
        const xml = `<methodResponse><params><param><value><struct><member><name>${name}</name><value>${value}</value></member></struct></value></param></params></methodResponse>`;
        await assert.rejects(decodeResponse(xml), { code: "unavailable", message: /"__proto__"/ });
      }
    }
  });

  it("cannot contain a number beyond the range of doubles or an invalid date", async () => {
    for (const [value, reason] of [
      ["<double>1e400</double>", /exceeds the range of a double/],
      [`<int>${"9".repeat(320)}</int>`, /exceeds the range of a double/],
      ["<dateTime.iso8601>20261399T00:00:00Z</dateTime.iso8601>", /not a valid date/],
    ] as const) {
      const xml = `<methodCall><methodName>a</methodName><params><param><value>${value}</value></param></params></methodCall>`;
      await assert.rejects(decodeCall(xml), { code: "invalid", message: reason });
    }
  });

  it("are not accepted as answers if a fault has no number and text", async () => {
    for (const fault of [
      "<nil/>",
      "text",
      "<struct/>",
      "<array><data/></array>",
      "<struct><member><name>faultCode</name><value><int>1</int></value></member><member><name>faultString</name><value><struct><member><name>toString</name><value><int>0</int></value></member></struct></value></member></struct>",
    ]) {
      const xml = `<methodResponse><fault><value>${fault}</value></fault></methodResponse>`;
      await assert.rejects(decodeResponse(xml), { code: "unavailable", message: /not XML-RPC/ });
    }
  });

  it("do not block the event loop between slices", async () => {
    const xml = encodeResponse("x".repeat(2_000_000));
    let turns = 0;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await decodeResponse(xml);
    clearImmediate(next);
    assert.ok(turns >= 60, `${turns} turns`);
  });
});
