import assert from "node:assert/strict";
import { connect } from "node:net";
import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import { defaultLimits } from "../../../server/http/limits";
import { assertMccError } from "../../support/assert-error";
import { send, sendBytes } from "../../support/http/raw-http";
import { assertServes, authorization, testListeners } from "../../support/http/test-listener";
import { eventually } from "../../support/time/eventually";
import { resultOf } from "../../support/wire/wire";

describe("bad requests", () => {
  const listen = testListeners();
  const limits = { ...defaultLimits, bodyBytes: 1000 };

  const head = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\nauthorization: ${authorization}\r\n`;

  const tooLarge: [string, Record<string, string>][] = [
    ["announces more than the limit", {}],
    ["exceeds the limit without announcing it", { "transfer-encoding": "chunked" }],
  ];
  for (const [title, headers] of tooLarge) {
    it(`refuses a body that ${title}, and the client can read the answer`, async () => {
      const listener = await listen({ limits });
      const body = "x".repeat(5_000_000);
      const answer = await send(listener.url, { headers: { authorization, ...headers }, body });
      assert.equal(answer.status, 413);
      await assertMccError(decodeResponse(answer.body), "invalid", /larger than 1000 bytes/);
      await assertServes(listener);
    });
  }

  it("reads the rest of a refused body before it ends the connection", async () => {
    const listener = await listen({ limits });
    const socket = connect(listener.port, "127.0.0.1");
    let answer = "";
    let ended = false;
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString())).on("end", () => (ended = true));
    socket.write(`${head}connection: close\r\ncontent-length: 2000\r\n\r\n${"x".repeat(1999)}`);
    await eventually(() => answer.includes("</methodResponse>"), "the whole answer has come");
    // A server that ends the connection early would have done so before it answers another client.
    await assertServes(listener);
    assert.equal(ended, false);
    socket.write("x");
    await eventually(() => ended, "the connection ends");
    socket.destroy();
  });

  it("accepts a body in a million chunks of one byte without keeping hundreds of bytes for each", async () => {
    const listener = await listen();
    const socket = connect(listener.port, "127.0.0.1");
    const before = process.memoryUsage().heapUsed;
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    for (let count = 0; count < 100; count += 1) {
      socket.write("1\r\nx\r\n".repeat(10_000));
      await eventually(() => socket.writableLength === 0, "the chunks are sent");
    }
    await assertServes(listener);
    const took = process.memoryUsage().heapUsed - before;
    socket.destroy();
    assert.ok(took < 60_000_000, String(took));
  });

  const notCalls: [string, string, RegExp][] = [
    ["nothing", "", /not an XML-RPC call/],
    ["no XML", "hello", /not an XML-RPC call/],
    ["JSON", '{"method": "a"}', /not an XML-RPC call/],
    ["a cut-off call", encodeCall("a", [{ b: "c" }]).slice(0, -30), /not an XML-RPC call/],
    ["a thousand arrays inside each other", callOfArrays(1000), /nests more than 32/],
    ["a hundred thousand arrays inside each other", callOfArrays(100_000), /nests more than 32/],
  ];
  for (const [title, body, message] of notCalls) {
    it(`answers ${title} with a fault`, async () => {
      const listener = await listen();
      const answer = send(listener.url, { headers: { authorization }, body });
      await assertMccError(resultOf(answer), "invalid", message);
      assert.deepEqual(listener.called, []);
      await assertServes(listener);
    });
  }

  const cutOff: [string, string][] = [
    ["a body", `${head}content-length: 1000\r\n\r\n<methodCall>`],
    ["a head", head],
    ["what is not HTTP", "\x16\x03\x01\x02 hello"],
  ];
  for (const [title, bytes] of cutOff) {
    it(`continues to serve after an incomplete ${title}, and logs it at debug`, async () => {
      const listener = await listen();
      const answer = await sendBytes(listener.port, bytes, { end: true });
      assert.match(answer, /^(HTTP\/1\.1 400 |$)/);
      await eventually(() => listener.lines.length > 0, "it is logged");
      assert.deepEqual(new Set(listener.lines.map(({ level }) => level)), new Set([20]));
      await assertServes(listener);
    });
  }

  for (const [title, bytes] of cutOff.slice(0, 2)) {
    it(`waits only for a limited time for the rest of ${title}`, async () => {
      const listener = await listen({
        limits: { ...defaultLimits, headersTimeoutMs: 50, requestTimeoutMs: 50, checkEveryMs: 10 },
      });
      assert.match(await sendBytes(listener.port, bytes, { end: false }), /^(HTTP\/1\.1 408 |$)/);
      await assertServes(listener);
    });
  }
});

function callOfArrays(depth: number): string {
  const arrays = `${"<value><array><data>".repeat(depth)}${"</data></array></value>".repeat(depth)}`;
  return `<methodCall><methodName>a</methodName><params><param>${arrays}</param></params></methodCall>`;
}
