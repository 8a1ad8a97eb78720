import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../client/client";
import { encodeResponse } from "../../protocol/wire/codec";
import { standInInfo } from "../support/daemons/stand-in-daemon";
import { send } from "../support/http/raw-http";
import { assertServes, authorization, testListeners } from "../support/http/test-listener";

const megabyte = 1024 * 1024;
const flood = (unit: string): string => unit.repeat(Math.floor(megabyte / unit.length));
const string = (text: string): string => `<value><string>${text}</string></value>`;

/**
 * Hostile messages. Each would crash or block a program that passes it to the parser unchecked.
 */
const hostile: Readonly<Record<string, string>> = {
  "a character reference beyond Unicode": string("&#x110000;"),
  "unknown elements": flood("<a>"),
  nils: flood("<nil/>"),
  "numbers outside of values": flood("<int>1</int>"),
  "nested arrays": flood("<value><array><data>"),
  ampersands: string(flood("&")),
  "unknown entities": string(flood("&a;")),
  "one CDATA section": `<![CDATA[${flood("x")}]]>`,
  "CDATA sections": flood("<![CDATA[]]>"),
  comments: flood("<!---->"),
  "processing instructions": flood("<?a?>"),
  attributes: `<value ${flood('a="" ')}/>`,
  "a document type": `<!DOCTYPE a [${flood('<!ENTITY a "b">')}]>`,
  "a name of a megabyte": `<value><struct><member><name>${flood("n")}</name><value/></member></struct></value>`,
  "a tag of a megabyte": `<${flood("a")}>`,
  "a number of a megabyte": `<value><int>${flood("1")}</int></value>`,
  "open marks": flood("<"),
};

describe("hostile messages", () => {
  const listen = testListeners();

  it("are refused by the daemon, which still answers other calls", async () => {
    const daemon = await listen();
    for (const [title, xml] of Object.entries(hostile)) {
      const body = `<methodCall><methodName>a</methodName><params><param>${xml}</param></params></methodCall>`;
      const answer = await send(daemon.url, { headers: { authorization }, body });
      assert.match(answer.body, /faultCode<\/name><value><int>400</, title);
      await assertServes(daemon);
    }
    const body = "<methodCall><methodName>&#x110000;</methodName></methodCall>";
    const answer = await send(daemon.url, { headers: { authorization }, body });
    assert.match(answer.body, /"&amp;#x110000;" is not a character/);
    await assertServes(daemon);
  });

  it("are refused by the client, which still calls other daemons", async () => {
    let answer = "";
    const server = await serve(() => answer);
    const client = connect({ server: server.url, token: "t".repeat(16) });
    try {
      for (const [title, xml] of Object.entries(hostile)) {
        answer = encodeResponse(standInInfo);
        await client.info();
        answer = `<methodResponse><params><param>${xml}</param></params></methodResponse>`;
        await assert.rejects(client.call("type.list", {}), { code: "unavailable" }, title);
      }
      answer = encodeResponse([]);
      assert.deepEqual(await client.call("type.list", {}), []);
    } finally {
      client.close();
      server.close();
    }
  });
});

async function serve(answer: () => string): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer((request, response) => {
    response.statusCode = request.url === "/" ? 200 : 404;
    request.resume().once("end", () => response.end(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
