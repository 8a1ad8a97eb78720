import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import {
  decodeCall,
  decodeResponse,
  encodeCall,
  encodeFault,
  encodeResponse,
  toSendable,
} from "../../../protocol/wire/codec";
import { assertMccError } from "../../support/assert-error";

describe("the codec", () => {
  const values: Record<string, unknown> = {
    "text with markup": "a < b && c > d ]]> e",
    "text in many scripts": "naïve 東京 🚀",
    "an empty text": "",
    "an empty array": [],
    "an empty struct": {},
    "a large integer": 4 * 1024 ** 3,
    "a negative integer": -7,
    "a fraction": 0.5,
    "nested values": { a: [{ b: true }, [1, "2"]] },
  };
  for (const [title, value] of Object.entries(values)) {
    it(`encodes and decodes ${title}`, async () => {
      assert.deepEqual(await decodeResponse(encodeResponse(value)), value);
      assert.deepEqual(await decodeCall(encodeCall("a.b", [value])), { method: "a.b", parameters: [value] });
    });
  }

  it("omits members that are undefined", async () => {
    assert.deepEqual(await decodeResponse(encodeResponse({ a: 1, b: undefined })), { a: 1 });
  });

  it("sends an integer beyond 32 bits as a double, which every client can read", () => {
    assert.match(encodeResponse(2 ** 31), /<double>2147483648\.0<\/double>/);
    assert.match(encodeResponse(2 ** 31 - 1), /<int>2147483647<\/int>/);
  });

  it("refuses values that XML-RPC cannot represent", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "bell \u0007"]) {
      assert.throws(
        () => encodeResponse(value),
        (error) => MccError.hasCode(error, "invalid"),
      );
    }
  });

  it("replaces characters that XML forbids in a fault", async () => {
    await assertMccError(decodeResponse(encodeFault(404, "no \u0000 such")), "not-found", /^no \ufffd such$/);
    assert.equal(toSendable("a\tb\nc\u001b[0m"), "a\tb\nc\ufffd[0m");
  });

  const broken: Record<string, string> = {
    "an empty text": "",
    "a text that is not XML": "hello",
    "a truncated call": encodeCall("a.b", [{ c: "d" }]).slice(0, -40),
    "a response": encodeResponse(1),
    "unknown tags":
      "<methodCall><methodName>a</methodName><params><param><value><long>1</long></value></param></params></methodCall>",
  };
  for (const [title, xml] of Object.entries(broken)) {
    it(`refuses ${title}`, async () => {
      await assertMccError(decodeCall(xml), "invalid", /not an XML-RPC call/);
    });
  }

  it("refuses a thousand nested arrays", async () => {
    const xml = `<methodCall><methodName>a</methodName><params><param>${"<value><array><data>".repeat(1000)}`;
    await assertMccError(decodeCall(xml), "invalid", /nests more than 32/);
  });

  it("finds nested arrays after a comment with a CDATA mark", async () => {
    const arrays = `${"<value><array><data>".repeat(10_000)}${"</data></array></value>".repeat(10_000)}`;
    const xml = `<methodCall><methodName>a</methodName><params><param><!-- <![CDATA[ -->${arrays}]]></param></params></methodCall>`;
    await assertMccError(decodeCall(xml), "invalid", /nests more than 32/);
  });

  it("refuses a call with too many values", async () => {
    await assertMccError(
      decodeCall(encodeCall("a", [new Array(60_000).fill(1)])),
      "invalid",
      /more than 50000 values/,
    );
  });

  it("decodes a text of many slices with surrogate pairs at every position", async () => {
    const text = "\u{1f600}<&\u00e9".repeat(50_000);
    assert.deepEqual((await decodeCall(encodeCall("a", [text, `x${text}`]))).parameters, [text, `x${text}`]);
  });

  it("does not count markup in a text as nesting", async () => {
    const text = "<array>".repeat(100);
    assert.deepEqual((await decodeCall(encodeCall("a", [text]))).parameters, [text]);
  });

  it("refuses a member named __proto__", async () => {
    const member = "<member><name>__proto__</name><value><struct></struct></value></member>";
    const xml = `<methodCall><methodName>a</methodName><params><param><value><struct>${member}</struct></value></param></params></methodCall>`;
    await assertMccError(decodeCall(xml), "invalid", /__proto__/);
  });

  for (const character of ["&#xFFFE;", "\uffff", "&#7;"]) {
    it(`refuses a text, or a member's name, with ${JSON.stringify(character)}, which no answer can contain`, async () => {
      const named = `<member><name>${character}</name><value><int>1</int></value></member>`;
      for (const value of [`<string>a${character}</string>`, `<struct>${named}</struct>`]) {
        const xml = `<methodCall><methodName>a</methodName><params><param><value>${value}</value></param></params></methodCall>`;
        await assertMccError(decodeCall(xml), "invalid", /character U\+(FFFE|FFFF|0007), which XML forbids/);
      }
    });
  }

  it("reports an answer that is not XML-RPC as one of another server", async () => {
    await assertMccError(decodeResponse("<html></html>"), "unavailable", /not XML-RPC/);
  });
});
