import assert from "node:assert/strict";
import { once } from "node:events";
import fc from "fast-check";
import { createClient, createServer } from "xmlrpc";
import { Transport } from "../../client/transport";
import { decodeResponse, encodeCall } from "../../protocol/wire/codec";
import { authorization, testListeners } from "../support/http/test-listener";
import { sendableText, wireValues } from "../support/wire/wire-values";

const seed = 20_261_128;

describe("the client and the server of the xmlrpc package", () => {
  const listen = testListeners();

  it("exchange every kind of value unchanged with our listener", async () => {
    const { url } = await listen({ dispatch: (_caller, _method, parameters) => Promise.resolve(parameters) });
    const client = createClient({ url, headers: { authorization } });
    // The package encodes a text wrongly if it contains the end of a CDATA section twice.
    const texts = sendableText.filter((text) => text.split("]]>").length <= 2);
    for (const value of fc.sample(wireValues(texts), { seed, numRuns: 80 })) {
      const answer = await new Promise((resolve, reject) => {
        client.methodCall("echo", [value], (error, result) => (error ? reject(error) : resolve(result)));
      });
      assert.deepEqual(answer, [value], `seed ${seed}`);
    }
  });

  it("exchange every kind of value unchanged with our client", async () => {
    const server = createServer({ host: "127.0.0.1", port: 0 }, () => undefined);
    server.on("echo", (_error, parameters, callback) => callback(null, parameters));
    await once(server.httpServer, "listening");
    const address = server.httpServer.address();
    assert.ok(typeof address === "object" && address !== null);
    const transport = new Transport(new URL(`http://127.0.0.1:${address.port}`));
    try {
      const texts = sendableText.filter((text) => text.split("]]>").length <= 2);
      for (const value of fc.sample(wireValues(texts), { seed, numRuns: 80 })) {
        const { body } = await transport.post(
          { path: "/", contentType: "text/xml", body: encodeCall("echo", [value]) },
          {},
          10_000,
          true,
        );
        assert.deepEqual(await decodeResponse(body), [value], `seed ${seed}`);
      }
    } finally {
      transport.close();
      server.httpServer.closeAllConnections();
      server.httpServer.close();
    }
  });
});
