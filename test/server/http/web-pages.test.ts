import assert from "node:assert/strict";
import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import { localAdmin } from "../../../server/cloud/access/caller";
import { readCertificate, readTlsFixture } from "../../support/http/certificate";
import { send } from "../../support/http/raw-http";
import { authorization, testListeners } from "../../support/http/test-listener";

describe("requests of web pages", () => {
  const listen = testListeners();
  const body = encodeCall("a", []);

  const refused: [string, Record<string, string>, number, RegExp][] = [
    ["an origin", { origin: "http://a.example" }, 403, /omit the header Origin/],
    ["the origin of the daemon itself", { origin: "http://127.0.0.1" }, 403, /omit the header Origin/],
    ["an opaque origin", { origin: "null" }, 403, /omit the header Origin/],
    ["metadata of a fetch", { "sec-fetch-site": "same-origin" }, 403, /omit the header Sec-Fetch-Site/],
    [
      "another host (DNS rebinding)",
      { host: "evil.example:8080" },
      403,
      /no name "evil\.example:8080"; .*--allow-host/,
    ],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      /send the header Content-Type: text\/xml/,
    ],
    ["text", { "content-type": "text/plain; x=text/xml" }, 415, /"text\/plain; x=text\/xml"/],
    ["no content type", { "content-type": "" }, 415, /Content-Type: text\/xml/],
  ];
  for (const [title, headers, status, message] of refused) {
    for (const isOpen of [true, false]) {
      it(`are refused by ${title}, ${isOpen ? "even if no token is required" : "even with the token"}`, async () => {
        const { url, called } = await listen(isOpen ? { callerOf: () => localAdmin } : {});
        const answer = await send(url, { headers: { authorization, ...headers }, body });
        assert.equal(answer.status, status);
        await assert.rejects(async () => await decodeResponse(answer.body), message);
        assert.deepEqual(called, []);
      });
    }
  }

  it("are told from calls of programs by a name that the operator allows, or that the certificate has", async () => {
    const call = async (url: string, host: string, ca?: string): Promise<number> =>
      (await send(url, { headers: { authorization, host }, body, ca })).status;
    const plain = await listen({ allowedHosts: ["cloud.example.org"] });
    assert.equal(await call(plain.url, "cloud.example.org:8080"), 200);
    assert.equal(await call(plain.url, "mcc.example.org"), 403);
    const { cert, key } = await readCertificate();
    const secure = await listen({ tls: { cert, key } });
    const url = secure.url.replace("http:", "https:");
    assert.equal(await call(url, "mcc.example.org", cert), 403);
    secure.listener.replaceTls({
      cert: await readTlsFixture("other-host.pem"),
      key: await readTlsFixture("second-key.pem"),
    });
    const renewed = await readTlsFixture("other-host.pem");
    assert.equal(await call(url, "mcc.example.org", renewed), 200);
  });

  it("are told from calls with application/xml, and with a charset", async () => {
    const { url, called } = await listen();
    for (const type of ["application/xml", "text/xml; charset=utf-8", "TEXT/XML"]) {
      assert.equal((await send(url, { headers: { authorization, "content-type": type }, body })).status, 200);
    }
    assert.equal(called.length, 3);
  });
});
