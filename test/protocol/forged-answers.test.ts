import assert from "node:assert/strict";
import { once } from "node:events";
import { createClient, createServer } from "xmlrpc";
import { connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import {
  decodeCall,
  decodeResponse,
  encodeCall,
  encodeFault,
  encodeResponse,
} from "../../protocol/wire/codec";
import { standInInfo } from "../support/daemons/stand-in-daemon";
import { authorization, testListeners } from "../support/http/test-listener";
import { forgedSuccess, hostileTexts } from "../support/wire/hostile-texts";

const seed = 20_261_128;
const texts = [forgedSuccess, ...hostileTexts(400, seed)];

/** Returns a struct with the text as a value, as a member's name, and in nested values. */
function around(text: string): unknown {
  return { text, [`key ${text}`]: [text, { [text]: text, list: [[text]] }] };
}

describe("texts that look like the markup of a message", () => {
  it("are unchanged by encoding and decoding a response", async () => {
    for (const text of texts) {
      assert.deepEqual(await decodeResponse(encodeResponse(around(text))), around(text), `seed ${seed}`);
    }
  });

  it("are unchanged by encoding and decoding a call", async () => {
    for (const text of texts) {
      const call = { method: "a.b", parameters: [text, around(text)] };
      assert.deepEqual(await decodeCall(encodeCall(call.method, call.parameters)), call, `seed ${seed}`);
    }
  });

  it("are unchanged as the message of a fault", async () => {
    for (const text of texts) {
      await assert.rejects(decodeResponse(encodeFault(404, text)), { code: "not-found", message: text });
    }
  });

  it("are encoded by escapes, never as a CDATA section", () => {
    for (const xml of [
      encodeResponse(around(forgedSuccess)),
      encodeCall("a", [around(forgedSuccess)]),
      encodeFault(409, forgedSuccess),
    ]) {
      assert.doesNotMatch(xml, /<!\[CDATA\[|\]\]>/);
    }
  });

  it("contain a carriage return as a reference, because a parser can convert it to a line feed", () => {
    assert.match(encodeResponse("a\r\nb"), /<string>a&#xD;\nb<\/string>/);
  });
});

describe("texts between real clients and servers", () => {
  const listen = testListeners();
  const sample = texts.slice(0, 40);

  it("reach another XML-RPC client completely, also in faults", async () => {
    let text = "";
    const { url } = await listen({
      dispatch: (_caller, method) =>
        method === "fail" ? Promise.reject(new MccError("conflict", text)) : Promise.resolve(around(text)),
    });
    const client = createClient({ url, headers: { authorization } });
    const call = (method: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client.methodCall(method, [], (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    for (text of sample) {
      assert.deepEqual(await call("answer"), around(text));
      await assert.rejects(call("fail"), { faultString: text });
    }
  });

  it("reach another XML-RPC server completely from our client", async () => {
    const received: unknown[] = [];
    const server = createServer({ host: "127.0.0.1", port: 0 }, () => undefined);
    server.on("server.info", (_error, _parameters, callback) => callback(null, standInInfo));
    server.on("image.import", (_error, parameters, callback) => {
      received.push(parameters[0]);
      callback(null, { name: "a", sizeBytes: 0, createdAt: "2026-01-01T00:00:00.000Z" });
    });
    try {
      await once(server.httpServer, "listening");
      const address = server.httpServer.address();
      assert.ok(typeof address === "object" && address !== null);
      const client = connect({
        server: `http://127.0.0.1:${address.port}`,
        token: "t".repeat(16),
        environment: { MCC_PROTOCOL: "xml" },
      });
      for (const text of sample) {
        await client.call("image.import", { name: "a", path: `/${text}` });
      }
      client.close();
    } finally {
      server.httpServer.closeAllConnections();
      server.httpServer.close();
    }
    assert.deepEqual(
      received,
      sample.map((text) => ({ name: "a", path: `/${text}` })),
    );
  });
});
