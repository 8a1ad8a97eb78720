import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer, type Server } from "node:net";
import { waitForSshBanner } from "../../../server/cloud/ssh-banner";
import { assertMccError } from "../../support/assert-error";

describe("waiting for SSH", () => {
  const servers: Server[] = [];
  after(() => servers.forEach((server) => server.close()));

  it("ends when the banner comes, however late the server", async () => {
    let connections = 0;
    const port = await serve((socket) => {
      connections += 1;
      if (connections > 2) {
        socket.write("SSH-2.0-test\r\n");
      }
      socket.end();
    });
    await waitForSshBanner("127.0.0.1", 10_000, new AbortController().signal, port);
    assert.equal(connections, 3);
  });

  it("reads on past a greeting, and over the borders of packets", async () => {
    const port = await serve((socket) => {
      socket.write("welcome\r\nSS");
      setImmediate(() => socket.end("H-2.0-test\r\n"));
    });
    await waitForSshBanner("127.0.0.1", 10_000, new AbortController().signal, port);
  });

  it("runs out with what was seen last", async () => {
    const port = await serve((socket) => socket.end("HTTP/1.1 400\r\n"));
    await assertMccError(
      waitForSshBanner("127.0.0.1", 50, new AbortController().signal, port),
      "timeout",
      /127\.0\.0\.1 did not answer within 0\.05 s .*not SSH's/,
    );
  });

  it("ends when it is given up, with the reason", async () => {
    const port = await serve(() => undefined);
    const abort = new AbortController();
    const waiting = waitForSshBanner("127.0.0.1", 60_000, abort.signal, port);
    abort.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
  });

  async function serve(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      onConnection(socket);
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    return address.port;
  }
});
