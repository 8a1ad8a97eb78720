import assert from "node:assert/strict";
import { httpProbe } from "../../../../../server/cloud/instances/readiness/http-probe";
import { assertMccError } from "../../../../support/assert-error";
import { freePort } from "../../../../support/daemons/stand-in-daemon";
import { localServers } from "../../../../support/http/local-servers";
import { reachBy } from "../../readiness/climbing";

describe("the wait for a web server", () => {
  const servers = localServers();

  it("ends at the first answer with the expected status", async () => {
    const asked: string[] = [];
    const port = await servers.http((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.statusCode = asked.length > 2 ? 204 : 503;
      response.end();
    });
    await reachBy(httpProbe({ http: "/health?a=b", port, status: 204 }));
    assert.deepEqual(
      asked,
      Array.from({ length: 3 }, () => "GET /health?a=b"),
    );
  });

  it("does not wait for the body, which can be endless", async () => {
    const port = await servers.http((_request, response) => response.write("and so on"));
    await reachBy(httpProbe({ http: "/", port, status: 200 }));
  });

  it("follows no redirect, and reports its target", async () => {
    const asked: (string | undefined)[] = [];
    const port = await servers.http((request, response) => {
      asked.push(request.url);
      response.writeHead(301, { location: "/else\u00ff" }).end();
    });
    await assertMccError(
      reachBy(httpProbe({ http: "/", port, status: 200 }), 50),
      "timeout",
      /last seen: status 301 to \/else/,
    );
    assert.ok(asked.every((path) => path === "/"));
    await reachBy(httpProbe({ http: "/", port, status: 301 }));
  });

  it("fails at the timeout with the last answer", async () => {
    const rows: [port: number, seen: RegExp][] = [
      [await servers.http((_request, response) => response.writeHead(503).end()), /last seen: status 503\)/],
      [await servers.http(() => undefined), /last seen: no answer within 0\.1 s/],
      [await servers.tcp((socket) => socket.end("SSH-2.0-test\r\n")), /an answer that is not HTTP's/],
      [await servers.tcp((socket) => socket.end()), /ECONNRESET/],
      [await freePort(), /ECONNREFUSED/],
    ];
    for (const [port, seen] of rows) {
      await assertMccError(reachBy(httpProbe({ http: "/", port, status: 200 }), 50), "timeout", seen);
    }
  });
});
