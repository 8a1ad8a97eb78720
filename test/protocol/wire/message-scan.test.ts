import assert from "node:assert/strict";
import { decodeCall, decodeResponse } from "../../../protocol/wire/codec";
import { callLimits } from "../../../protocol/wire/message-limits";
import { MessageScan } from "../../../protocol/wire/message-scan";

const inCall = (value: string): string =>
  `<methodCall><methodName>a</methodName><params><param>${value}</param></params></methodCall>`;
const inAnswer = (value: string): string =>
  `<methodResponse><params><param>${value}</param></params></methodResponse>`;
const text = (content: string): string => `<value><string>${content}</string></value>`;

describe("a message that is not XML-RPC", () => {
  const grammar = /^The request is not an XML-RPC call: /;
  const refused: Record<string, [string, RegExp]> = {
    "a character reference beyond Unicode": [
      "<methodCall><methodName>&#x110000;</methodName></methodCall>",
      /"&#x110000;" is not a character/,
    ],
    "a decimal character reference beyond Unicode": [
      inCall(text("&#1114112;")),
      /"&#1114112;" is not a character/,
    ],
    "a character reference of many digits": [inCall(text("&#x99999999999;")), /reference that XML defines/],
    "a character reference beyond Unicode in a value without a type": [
      inCall("<value>&#x110000;</value>"),
      /is not a character/,
    ],
    "an entity of HTML": [inCall(text("&nbsp;")), /"&nbsp;/],
    "an entity in capitals": [inCall(text("&AMP;")), /"&AMP;/],
    "an ampersand": [inCall(text("a & b")), /"& b" does not start with a reference/],
    "a reference that does not end": [inCall(text("&#65")), /"&#65" does not start/],
    "a document type": [
      `<!DOCTYPE methodCall [<!ENTITY a "b">]>${inCall(text("&a;"))}`,
      /it has a document type/,
    ],
    "a processing instruction": [inCall("<?php ?><value/>"), /"<\?php/],
    "an XML declaration after the start": [inCall("<?xml version='1.0'?><value/>"), /"<\?xml/],
    "an attribute": [inCall('<value a="b"/>'), /"<value a=/],
    "an attribute with a reference": [
      '<methodCall a="&#x110000;"><methodName>a</methodName></methodCall>',
      /does not start with a tag/,
    ],
    "another element": [inCall("<a/>"), /there is <a> inside of <param>/],
    "an element in capitals": [inCall("<VALUE/>"), /there is <VALUE> inside of <param>/],
    "an element with the name of a property of all objects": [
      inCall("<constructor/>"),
      /there is <constructor>/,
    ],
    "a type outside of a value": [inCall("<int>1</int>"), /there is <int> inside of <param>/],
    "two types in a value": [inCall("<value><int>1</int><int>2</int></value>"), /<int> inside of <value>/],
    "text before a type": [inCall("<value>a<int>1</int></value>"), /<int> inside of <value>/],
    "text after a type": [inCall("<value><int>1</int>a</value>"), /text between its elements/],
    "an empty CDATA section before a type": [inCall("<value><![CDATA[]]><int>1</int></value>"), /<int> ins/],
    "two values in a parameter": [inCall("<value/><value/>"), /there is <value> inside of <param>/],
    "a parameter without a value": [inCall(""), /<param> has no <value>/],
    "a member without a value": [
      inCall("<value><struct><member><name>a</name></member></struct></value>"),
      /<member> has no <value>/,
    ],
    "a member that ends with its name": [
      inCall("<value><struct><member><value/><name>a</name></member></struct></value>"),
      /<value> inside of <member>/,
    ],
    "an array without data": [inCall("<value><array/></value>"), /<array> has no <data>/],
    "a nil with text": [inCall("<value><nil>a</nil></value>"), /text between its elements/],
    "text between members": [inCall("<value><struct>a</struct></value>"), /text between its elements/],
    "a CDATA section between elements": [inCall("<![CDATA[ ]]><value/>"), /CDATA section where no text/],
    "a CDATA section in a number": [inCall("<value><int><![CDATA[1]]></int></value>"), /CDATA section/],
    "a CDATA section that does not end": [inCall(text("<![CDATA[a")), /CDATA section does not end/],
    "a comment that does not end": [inCall("<!-- "), /comment does not end/],
    "a comment with two hyphens": [inCall("<!-- a -- b --><value/>"), /"--"/],
    "elements that cross": [inCall("<value><string>a</value></string>"), /<\/value> inside of <string>/],
    "a tag that opens and closes": [inCall("<value></value/>"), /does not start with a tag/],
    "white space that XML does not define": [inCall("<value\u00a0/>"), /does not start with a tag/],
    "a number with such white space": [inCall("<value><int>1\u2028</int></value>"), /is not a valid int/],
    "no method": ["<methodCall></methodCall>", /<methodCall> has no <methodName>/],
    "two methods": [
      "<methodCall><methodName>a</methodName><methodName>b</methodName></methodCall>",
      /<methodName> inside of <methodCall>/,
    ],
    "two messages": [inCall("<value/>").repeat(2), /there is <methodCall> where <methodCall> belongs/],
    "an answer": [inAnswer("<value/>"), /there is <methodResponse> where <methodCall> belongs/],
    "text before the message": [`a${inCall("<value/>")}`, /text outside of its elements/],
    "text after the message": [`${inCall("<value/>")}a`, /text outside of its elements/],
    "a number with letters": [inCall("<value><int>12abc</int></value>"), /"12abc" is not a valid int/],
    "an empty number": [inCall("<value><int/></value>"), /"" is not a valid int/],
    "a number with a reference": [inCall("<value><int>&#49;</int></value>"), /"&#49;" is not a valid int/],
    "an invalid double": [inCall("<value><double>NaN</double></value>"), /"NaN" is not a valid double/],
    "an overlong double": [inCall(`<value><double>${"1".repeat(401)}</double></value>`), /400 charac/],
    "a boolean that is a word": [
      inCall("<value><boolean>true</boolean></value>"),
      /"true" is not a valid boolean/,
    ],
    "an invalid date": [
      inCall("<value><dateTime.iso8601>tomorrow</dateTime.iso8601></value>"),
      /"tomorrow" is not a valid dateTime/,
    ],
    "invalid base64": [inCall("<value><base64>a*b</base64></value>"), /"a\*b" is not a valid base64/],
  };
  for (const [title, [xml, reason]] of Object.entries(refused)) {
    it(`is refused for ${title}`, async () => {
      await assert.rejects(decodeCall(xml), { code: "invalid", message: grammar });
      await assert.rejects(decodeCall(xml), { message: reason });
    });
  }

  it("is also refused as an answer, because another server sent it", async () => {
    for (const xml of [
      inAnswer(text("&#x110000;")),
      inAnswer("<a/>"),
      inAnswer("<?a?><value/>"),
      inCall(""),
    ]) {
      await assert.rejects(decodeResponse(xml), {
        code: "unavailable",
        message: /^The answer is not XML-RPC: /,
      });
    }
  });
});

describe("a character that XML forbids", () => {
  for (const written of [
    "\ufffe",
    "\uffff",
    "\0",
    "\u001b",
    "\ud800",
    "&#xFFFE;",
    "&#65535;",
    "&#0;",
    "&#xD800;",
  ]) {
    it(`is refused in every position if written as ${JSON.stringify(written)}`, async () => {
      for (const xml of [
        inCall(text(written)),
        inCall(`<value>${written}</value>`),
        inCall(`<value><struct><member><name>a${written}</name><value/></member></struct></value>`),
        `<methodCall><methodName>a${written}</methodName></methodCall>`,
        ...(written.startsWith("&")
          ? []
          : [inCall(text(`<![CDATA[${written}]]>`)), inCall(`<!--${written}--><value/>`)]),
      ]) {
        await assert.rejects(decodeCall(xml), {
          code: "invalid",
          message: /^A text contains the character U\+[0-9A-F]{4}, which XML forbids; remove it\.$/,
        });
      }
    });
  }
});

describe("a message that exceeds a limit", () => {
  const nested = (depth: number): string =>
    `${"<value><array><data>".repeat(depth)}${"</data></array></value>".repeat(depth)}`;
  const structs = (depth: number): string =>
    `${"<value><struct><member><name>a</name>".repeat(depth)}<value/>${"</member></struct></value>".repeat(depth)}`;
  const values = (count: number): string =>
    `<value><array><data>${"<value/>".repeat(count - 1)}</data></array></value>`;
  const named = (name: string): string =>
    `<value><struct><member><name>${name}</name><value/></member></struct></value>`;
  const { depth, values: most, references, cdataCharacters, commentCharacters, nameCharacters } = callLimits;
  const marks = "<![CDATA[]]>".length;
  const limits: Record<string, [fits: string, tooMuch: string, reason: RegExp]> = {
    "nested arrays": [nested(depth), nested(depth + 1), /nests more than 32 arrays and structs/],
    "nested structs": [structs(depth), structs(depth + 1), /nests more than 32 arrays and structs/],
    values: [values(most), values(most + 1), /more than 50000 values/],
    references: [
      text("&lt;".repeat(references)),
      text("&lt;".repeat(references + 1)),
      /more than 1200000 character and entity references/,
    ],
    "single CDATA section": [
      text(`<![CDATA[${"x".repeat(cdataCharacters - marks)}]]>`),
      text(`<![CDATA[${"x".repeat(cdataCharacters - marks + 1)}]]>`),
      /more than 2097152 characters in CDATA sections/,
    ],
    "many CDATA sections": [
      text("<![CDATA[]]>".repeat(100)),
      text("<![CDATA[]]>".repeat(cdataCharacters / marks + 1)),
      /characters in CDATA sections/,
    ],
    comments: [
      `<!--${"x".repeat(commentCharacters - 7)}--><value/>`,
      `${"<!---->".repeat(commentCharacters / 7 + 1)}<value/>`,
      /more than 65536 characters in comments/,
    ],
    name: [named("n".repeat(nameCharacters)), named("n".repeat(nameCharacters + 1)), /4096 .* one name/],
  };
  for (const [title, [fits, tooMuch, reason]] of Object.entries(limits)) {
    it(`is refused for its ${title}`, async () => {
      await decodeCall(inCall(fits));
      await assert.rejects(decodeCall(inCall(tooMuch)), { code: "invalid", message: reason });
    });
  }

  it("is refused as an answer, which can have more values than a call", async () => {
    await decodeResponse(inAnswer(values(most + 1)));
    await assert.rejects(decodeResponse(inAnswer(nested(depth + 1))), {
      code: "unavailable",
      message: "The answer nests more than 32 arrays and structs.",
    });
  });
});

describe("a scan in small steps", () => {
  /** A step can end anywhere in a text, so the message has every mark at every position. */
  it("accepts the same message as a scan in one step", () => {
    const long = "🚀&#x1f680;&amp;é".repeat(9_000);
    const xml = inCall(
      `<!-- c --><value><array><data>${text(long)}${text(`x${long}`)}</data></array></value>`,
    );
    const scan = new MessageScan(xml, "methodCall", callLimits);
    let steps = 0;
    while (!scan.advance(1)) {
      steps += 1;
    }
    assert.ok(steps > 10);
    assert.equal(new MessageScan(xml, "methodCall", callLimits).advance(xml.length), true);
  });

  it("advances by at most a step and one piece of text", () => {
    const xml = inCall(text("x".repeat(1_000_000)));
    const scan = new MessageScan(xml, "methodCall", callLimits);
    let steps = 1;
    while (!scan.advance(70_000)) {
      steps += 1;
    }
    assert.ok(steps >= 8, `${steps} steps`);
  });
});
