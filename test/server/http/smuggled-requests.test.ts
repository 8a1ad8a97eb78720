import assert from "node:assert/strict";
import { encodeCall } from "../../../protocol/wire/codec";
import { sendBytes } from "../../support/http/raw-http";
import { assertServes, authorization, testListeners } from "../../support/http/test-listener";

const body = encodeCall("outer", []);
const inner = encodeCall("inner", []);
const innerHead = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\n";
/** A request without a token, which must never be taken for one with it. */
const smuggled = `${innerHead}content-length: ${inner.length}\r\n\r\n${inner}`;
const token = `authorization: ${authorization}\r\n`;
const fixed = `content-length: ${body.length}\r\n`;
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

/** Requests that two programs could read differently. @property status of the only answer. */
const ambiguous: readonly { title: string; head?: string; line?: string; rest?: string; status: number }[] = [
  { title: "two lengths", head: `${token}${fixed}content-length: 0\r\n`, status: 400 },
  { title: "two equal lengths", head: `${token}${fixed}${fixed}`, status: 400 },
  { title: "a list of lengths", head: `${token}content-length: ${body.length}, 0\r\n`, status: 400 },
  { title: "a length with a sign", head: `${token}content-length: +${body.length}\r\n`, status: 400 },
  { title: "a hexadecimal length", head: `${token}content-length: 0x10\r\n`, status: 400 },
  {
    title: "a length and chunks",
    head: `${token}${fixed}transfer-encoding: chunked\r\n`,
    rest: chunked,
    status: 400,
  },
  {
    title: "chunks and a length",
    head: `${token}transfer-encoding: chunked\r\n${fixed}`,
    rest: chunked,
    status: 400,
  },
  {
    title: "an encoding after chunked",
    head: `${token}transfer-encoding: chunked, identity\r\n`,
    rest: chunked,
    status: 400,
  },
  {
    title: "an unknown encoding",
    head: `${token}transfer-encoding: xchunked\r\n`,
    rest: chunked,
    status: 400,
  },
  {
    title: "a chunk size that is no number",
    head: `${token}transfer-encoding: chunked\r\n`,
    rest: `0x5\r\nabcde\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    title: "a blank before the colon",
    head: `${token}content-length : ${body.length}\r\n`,
    status: 400,
  },
  {
    title: "a header on two lines",
    head: `${token}${fixed}x-folded: a\r\n content-length: 0\r\n`,
    status: 400,
  },
  {
    title: "a token on two lines",
    head: `authorization: Bearer\r\n a-token-of-the-tests\r\n${fixed}`,
    status: 400,
  },
  { title: "a lone line feed", head: `${token}${fixed}x-a: b\nx-c: d\r\n`, status: 400 },
  { title: "a lone carriage return", head: `${token}${fixed}x-a: b\rx-c: d\r\n`, status: 400 },
  { title: "a zero byte in a header", head: `${token}${fixed}x-a: \0\r\n`, status: 400 },
  { title: "two hosts", head: `${token}${fixed}host: evil.example\r\n`, status: 400 },
  { title: "two tokens", head: `${token}authorization: Bearer other\r\n${fixed}`, status: 400 },
  {
    title: "the URL of another host",
    line: "POST http://evil.example/ HTTP/1.1\r\nhost: localhost",
    head: `${token}${fixed}`,
    status: 404,
  },
  {
    title: "its own URL with the name of another host",
    line: "POST http://localhost/ HTTP/1.1\r\nhost: evil.example",
    head: `${token}${fixed}`,
    status: 404,
  },
  {
    title: "the host of a web page",
    line: "POST / HTTP/1.1\r\nhost: evil.example",
    head: `${token}${fixed}`,
    status: 403,
  },
  {
    title: "no host in HTTP/1.1",
    line: "POST / HTTP/1.1\r\nx-no: host",
    head: `${token}${fixed}`,
    status: 400,
  },
];

describe("requests that two programs could read differently", () => {
  const listen = testListeners();

  for (const {
    title,
    line = "POST / HTTP/1.1\r\nhost: localhost",
    head = "",
    rest = body,
    status,
  } of ambiguous) {
    it(`are refused: ${title}`, async () => {
      const listener = await listen();
      const bytes = `${line}\r\ncontent-type: text/xml\r\n${head}\r\n${rest}${smuggled}`;
      const answer = await sendBytes(listener.port, bytes, { end: true });
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), answer);
      assert.deepEqual(listener.called, []);
      await assertServes(listener);
    });
  }

  it("are not a second request behind one with a token, which has none itself", async () => {
    const listener = await listen();
    const first = `${innerHead}${token}${fixed}\r\n${body}`;
    const answer = await sendBytes(listener.port, `${first}${smuggled}`, { end: false });
    assert.deepEqual(listener.called, ["outer"]);
    assert.deepEqual(answer.match(/HTTP\/1.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 401"]);
  });
});
