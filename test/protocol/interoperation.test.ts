import assert from "node:assert/strict";
import { once } from "node:events";
import fc from "fast-check";
import { createClient, createServer } from "xmlrpc";
import { Transport } from "../../client/transport";
import { decodeResponse, encodeCall } from "../../protocol/wire/codec";
import { authorization, testListeners } from "../support/http/test-listener";
import { sendableText, wireValues } from "../support/wire/wire-values";

const seed = 20_261_128;

describe("the package's own programs", () => {
  const listen = testListeners();

  it("send calls to our listener and read its answers: every kind of value comes back as it went", async () => {
    const { url } = await listen({ dispatch: (_method, parameters) => Promise.resolve(parameters) });
    const client = createClient({ url, headers: { authorization } });
    // The package breaks a text with a second end of a CDATA section.
    const texts = sendableText.filter((text) => text.split("]]>").length <= 2);
    for (const value of fc.sample(wireValues(texts), { seed, numRuns: 80 })) {
      const answer = await new Promise((resolve, reject) => {
        client.methodCall("echo", [value], (error, result) => (error ? reject(error) : resolve(result)));
      });
      assert.deepEqual(answer, [value], `seed ${seed}`);
    }
  });

  it("take calls of our client and answer them: every kind of value comes back as it went", async () => {
    const server = createServer({ host: "127.0.0.1", port: 0 }, () => undefined);
    server.on("echo", (_error, parameters, callback) => callback(null, parameters));
    await once(server.httpServer, "listening");
    const address = server.httpServer.address();
    assert.ok(typeof address === "object" && address !== null);
    const transport = new Transport(new URL(`http://127.0.0.1:${address.port}`));
    try {
      const texts = sendableText.filter((text) => text.split("]]>").length <= 2);
      for (const value of fc.sample(wireValues(texts), { seed, numRuns: 80 })) {
        const { body } = await transport.post(encodeCall("echo", [value]), {}, 10_000, true);
        assert.deepEqual(await decodeResponse(body), [value], `seed ${seed}`);
      }
    } finally {
      transport.close();
      server.httpServer.closeAllConnections();
      server.httpServer.close();
    }
  });
});
