import assert from "node:assert/strict";
import { answerFlaw } from "../../fuzz/answer-flaw";
import { encodeFault, encodeResponse } from "../../protocol/wire/codec";

const http = (status: number, body: string): string =>
  `HTTP/1.1 ${status} Words\r\ncontent-type: text/xml\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const continued = "HTTP/1.1 100 Continue\r\n\r\n";

describe("the flaw of an answer", () => {
  const flawless: Record<string, string> = {
    "a result": http(200, encodeResponse({ text: "é 🚀" })),
    "a fault": http(200, encodeFault(404, "No instance 7.")),
    "a fault of the first MiniCloud": http(200, encodeFault(1, "missing")),
    "an HTTP error": http(413, "too large"),
    "two answers": http(200, encodeResponse(1)) + http(400, ""),
    "Node's own refusal": "HTTP/1.1 417 Expectation Failed\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an answer after 100 Continue": continued + http(200, encodeResponse(1)),
  };
  for (const [title, sent] of Object.entries(flawless)) {
    it(`is undefined for ${title}`, async () => {
      assert.equal(await answerFlaw(Buffer.from(sent), true), undefined);
    });
  }

  const flawed: Record<string, [string, RegExp]> = {
    "no answer": ["", /^no answer$/],
    "only 100 Continue": [continued, /^no answer$/],
    "an answer that is not HTTP": ["hello", /^not HTTP: "hello"$/],
    "the HTTP status 500": [http(500, "sorry"), /^HTTP status 500$/],
    "a body in chunks": [
      "HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n",
      /^an answer in chunks/,
    ],
    "an answer that is not XML-RPC": [http(200, "<html></html>"), /^not XML-RPC .*<html>/],
    "a cut-off answer": [http(200, encodeResponse(1)).slice(0, -5), /^an answer of \d+ bytes that announces/],
    "the fault internal": [http(200, encodeFault(500, "A defect.")), /^the fault internal: .*A defect/s],
    "the fault internal in a multicall": [
      http(200, encodeResponse([[1], { faultCode: 500, faultString: "A defect." }])),
      /^the fault internal: /,
    ],
    "a second answer with a flaw": [http(200, encodeResponse(1)) + http(502, ""), /^HTTP status 502$/],
  };
  for (const [title, [sent, flaw]] of Object.entries(flawed)) {
    it(`names ${title}`, async () => {
      assert.match((await answerFlaw(Buffer.from(sent), true)) ?? "none", flaw);
    });
  }

  it("is undefined for no answer to a request that need not have one", async () => {
    assert.equal(await answerFlaw(Buffer.alloc(0), false), undefined);
  });
});
