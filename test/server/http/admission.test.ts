import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import { localAdmin } from "../../../server/cloud/access/caller";
import { assertMccError } from "../../support/assert-error";
import { type RawRequest, send } from "../../support/http/raw-http";
import { assertServes, testListeners, testToken } from "../../support/http/test-listener";
import { callRaw } from "../../support/wire/wire";

describe("the admission of requests", () => {
  const listen = testListeners();

  const lines: [string, RawRequest, number][] = [
    ["another verb", { method: "GET" }, 405],
    ["another path", { path: "/RPC2" }, 404],
  ];
  for (const [title, raw, status] of lines) {
    it(`answers ${title} with a helpful line, with or without a token`, async () => {
      const listener = await listen();
      const answer = await send(listener.url, raw);
      assert.equal(answer.status, status);
      assert.match(answer.body, /POST to \//);
      assert.deepEqual(listener.called, []);
      await assertServes(listener);
    });
  }

  const strangers: [string, Record<string, string>, RegExp][] = [
    ["no token", {}, /the request has none; set MCC_TOKEN/],
    ["a wrong token", { authorization: "Bearer a-token-of-the-testz" }, /the request has another one/],
    ["a longer token", { authorization: `Bearer ${testToken}x` }, /the request has another one/],
    ["another scheme", { authorization: `Basic ${testToken}` }, /the request has none/],
    ["an empty token", { authorization: "Bearer " }, /the request has none/],
  ];
  for (const [title, headers, message] of strangers) {
    it(`refuses ${title}`, async () => {
      const { url, called, lines: logged } = await listen();
      const answer = await send(url, { headers, body: encodeCall("a", []) });
      assert.equal(answer.status, 401);
      assert.match(String(answer.headers["www-authenticate"]), /^Bearer/);
      await assertMccError(decodeResponse(answer.body), "unauthenticated", message);
      assert.deepEqual(called, []);
      assert.ok(!JSON.stringify(logged).includes("a-token"), "no token is logged");
    });
  }

  it("refuses a request without the token before its body has arrived", async () => {
    const listener = await listen();
    const socket = connect(listener.port, "127.0.0.1");
    socket.write(
      "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\ncontent-length: 1000000\r\n\r\n<methodCall>",
    );
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 401 /);
    socket.destroy();
    await assertServes(listener);
  });

  it("accepts every client if no token is required", async () => {
    const { url, called } = await listen({ callerOf: () => localAdmin });
    await callRaw({ url }, "a.b");
    assert.deepEqual(called, ["a.b"]);
  });

  it("refuses web pages, even if no token is required", async () => {
    const { url, called } = await listen({ callerOf: () => localAdmin });
    const answer = await send(url, { headers: { origin: "http://a.example" }, body: encodeCall("a", []) });
    assert.equal(answer.status, 403);
    await assertMccError(decodeResponse(answer.body), "forbidden", /Origin/);
    assert.deepEqual(called, []);
  });
});
