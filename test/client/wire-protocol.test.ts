import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../client";
import { encodeResponse } from "../../protocol/wire/codec";
import { assertMccError } from "../support/assert-error";
import { standInInfo } from "../support/daemons/stand-in-daemon";
import { testListeners, testToken } from "../support/http/test-listener";
import { perTest } from "../support/per-test";

/** A daemon of a release before JSON-RPC. */
async function startOldDaemon() {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    response.statusCode = request.url === "/" ? 200 : 404;
    request.resume().once("end", () => response.end(encodeResponse(standInInfo)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { paths, server, url: `http://127.0.0.1:${port}` };
}

describe("the protocol of a client", () => {
  const old = perTest(startOldDaemon, async ({ server }) => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const listen = testListeners();
  const info = { dispatch: () => Promise.resolve(standInInfo) };

  const clientOf = (server: string, protocol?: string) =>
    connect({ server, token: testToken, environment: { MCC_PROTOCOL: protocol } });

  it("is JSON-RPC if the daemon has it", async () => {
    const { url, called } = await listen(info);
    const client = clientOf(url, "json");
    assert.equal((await client.info()).serverId, standInInfo.serverId);
    assert.deepEqual(called, ["server.info"]);
    client.close();
  });

  it("is XML-RPC for all calls if the daemon does not have the other one, which is tried once", async () => {
    const client = clientOf(old().url);
    await client.info();
    await client.call("server.info", {});
    assert.deepEqual(old().paths, ["/rpc", "/", "/"]);
    client.close();
  });

  it("is XML-RPC if MCC_PROTOCOL says so", async () => {
    const client = clientOf(old().url, "xml");
    await client.info();
    assert.deepEqual(old().paths, ["/"]);
    client.close();
  });

  it("is not changed after an answer, so that no call is made twice", async () => {
    const { url, listener } = await listen(info);
    const client = clientOf(url);
    await client.info();
    await listener.close();
    const proxy = createServer((request, response) => {
      old().paths.push(request.url ?? "");
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => proxy.listen(Number(new URL(url).port), "127.0.0.1", resolve));
    try {
      await assertMccError(client.call("server.info", {}), "unavailable", /HTTP 404/);
      assert.deepEqual(old().paths, ["/rpc"]);
    } finally {
      client.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });

  it("is not changed if MCC_PROTOCOL allows only JSON-RPC", async () => {
    const client = clientOf(old().url, "json");
    await assertMccError(client.info(), "unavailable", /is not a MiniCloud daemon \(HTTP 404/);
    assert.deepEqual(old().paths, ["/rpc"]);
    client.close();
  });

  it("must be one that exists", () => {
    assert.throws(
      () => clientOf("127.0.0.1", "soap"),
      /MCC_PROTOCOL is "soap"; set it to one of auto, json, xml/,
    );
  });
});
