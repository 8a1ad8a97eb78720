import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type PeerCertificate } from "node:tls";
import { ConnectionError } from "../../client/connection-error";
import { Transport } from "../../client/transport";
import { readTlsFixture } from "../support/http/certificate";
import { perTest } from "../support/per-test";

interface TestServer {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  /** The server's reaction to a connection. The first connection has the number 1. */
  onConnection: (socket: Socket, number: number) => void;
  readonly transport: Transport;
}

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function startServer(): Promise<TestServer> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    count += 1;
    test.onConnection(socket, count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const test: TestServer = {
    server,
    sockets,
    onConnection: () => undefined,
    transport: new Transport(new URL(`http://127.0.0.1:${port}`)),
  };
  return test;
}

const call = { path: "/", contentType: "text/xml", body: "<call/>" };

describe("the transport to a daemon", () => {
  const test = perTest(startServer, async ({ transport, sockets, server }) => {
    transport.close();
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });

  async function failure(timeoutMs: number, repeatable = true): Promise<ConnectionError> {
    const error: unknown = await test()
      .transport.post(call, {}, timeoutMs, repeatable)
      .catch((reason: unknown) => reason);
    assert.ok(ConnectionError.isInstance(error), String(error));
    return error;
  }

  it("reports a timeout after the daemon received the call", async () => {
    const { code, reached, message } = await failure(50);
    assert.deepEqual([code, reached], ["timeout", true]);
    assert.match(
      message,
      /^No answer came from the MiniCloud daemon at http:\S+ within 0\.05 s; it can still be working/,
    );
  });

  it("reports a lost connection, and that the daemon may have received the call", async () => {
    test().onConnection = (socket) => socket.once("data", () => socket.destroy());
    const { code, reached, message } = await failure(10_000);
    assert.deepEqual([code, reached], ["unavailable", true]);
    assert.match(message, /^The connection to the MiniCloud daemon at http:\S+ was lost \(.+\)/);
  });

  it("reports a refused connection, and that the daemon did not receive the call", async () => {
    await new Promise((resolve) => test().server.close(resolve));
    const { code, reached, message } = await failure(10_000);
    assert.deepEqual([code, reached], ["unavailable", false]);
    assert.match(message, /No MiniCloud daemon answers at http:\S+: the connection was refused/);
  });

  it("sends a repeatable call again if its reused connection was closed", async () => {
    const calls: number[] = [];
    test().onConnection = (socket, number) => {
      socket.once("data", () => {
        calls.push(number);
        socket.write(answer);
        socket.once("data", () => socket.destroy());
      });
    };
    const post = (repeatable: boolean) => test().transport.post(call, {}, 10_000, repeatable);
    assert.deepEqual(await post(true), { status: 200, body: "ok" });
    assert.deepEqual(await post(true), { status: 200, body: "ok" });
    assert.deepEqual(calls, [1, 2]);
    await post(false);
    assert.deepEqual(calls, [1, 2, 3], "a call that is not repeatable uses a new connection");
  });

  it("refuses an endless answer, closes the connection and does not retry", async () => {
    const calls: number[] = [];
    const closed: Promise<unknown>[] = [];
    test().onConnection = (socket, number) => {
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      socket.once("data", () => {
        calls.push(number);
        socket.write(answer);
        socket.once("data", () => {
          calls.push(number);
          socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          const flood = (): void => {
            if (!socket.destroyed) {
              socket.write(`400\r\n${"x".repeat(1024)}\r\n`, flood);
            }
          };
          flood();
        });
      });
    };
    const transport = new Transport(test().transport.server, undefined, 10_000);
    assert.equal((await transport.post(call, {}, 10_000, true)).body, "ok");
    await assert.rejects(transport.post(call, {}, 10_000, true), (error) => {
      assert.ok(ConnectionError.isInstance(error));
      assert.match(error.message, /^The answer of the MiniCloud daemon at \S+ exceeds 10000 bytes\. /);
      return error.code === "unavailable" && error.reached;
    });
    await Promise.all(closed);
    assert.deepEqual(calls, [1, 1]);
    transport.close();
  });

  it("accepts an answer of exactly the limit, even if packets split its characters", async () => {
    const body = "東".repeat(5000);
    test().onConnection = (socket) => {
      socket.setNoDelay(true);
      socket.once("data", () => {
        const bytes = Buffer.from(
          `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
        socket.write(bytes.subarray(0, 1000));
        setImmediate(() => socket.write(bytes.subarray(1000)));
      });
    };
    const transport = new Transport(test().transport.server, undefined, Buffer.byteLength(body));
    assert.equal((await transport.post(call, {}, 10_000, false)).body, body);
    transport.close();
  });
});

describe("the transport to a daemon with a certificate", () => {
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => server?.close(resolve));
  });

  async function serve(certificate: string): Promise<URL> {
    server = createTlsServer(
      {
        cert: await readTlsFixture(certificate),
        key: await readTlsFixture("second-key.pem"),
        requestCert: true,
        rejectUnauthorized: false,
      },
      (socket) => {
        // It has no subject if the client sent no certificate.
        const certificate = socket.getPeerCertificate() as Partial<PeerCertificate>;
        const body = String(certificate.subject?.CN ?? "nobody");
        socket.on("error", () => undefined);
        socket.once("data", () =>
          socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
        );
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new URL(`https://127.0.0.1:${port}`);
  }

  async function failureWith(certificate: string, trusted: string | undefined): Promise<string> {
    const transport = new Transport(await serve(certificate));
    const ca = trusted === undefined ? undefined : await readTlsFixture(trusted);
    const error: unknown = await transport
      .post(call, { trust: { ca } }, 20_000, true)
      .catch((e: unknown) => e);
    transport.close();
    assert.ok(ConnectionError.isInstance(error), String(error));
    assert.deepEqual([error.code, error.reached], ["unavailable", false]);
    return error.message;
  }

  const failures: [string, string, string | undefined, RegExp][] = [
    ["has expired", "expired.pem", "expired.pem", /: its certificate has expired; renew it on/],
    [
      "is not valid yet",
      "not-yet-valid.pem",
      "not-yet-valid.pem",
      /: its certificate is not valid yet; .*clocks/,
    ],
    [
      "is for another host",
      "other-host.pem",
      "other-host.pem",
      /: its certificate is for another host \(DNS:mcc\.example\.org, and not 127\.0\.0\.1\); use an address/,
    ],
    ["has an unknown issuer", "second.pem", undefined, /: its certificate is self-signed; set MCC_CA/],
    ["is not the trusted one", "second.pem", "cert.pem", /: its certificate is self-signed; set MCC_CA/],
  ];
  for (const [title, certificate, trusted, message] of failures) {
    it(`says that the certificate ${title}`, async () => {
      const said = await failureWith(certificate, trusted);
      assert.match(said, /^https:\/\/127\.0\.0\.1:\d+ is not trusted: /);
      assert.match(said, message);
    });
  }

  it("trusts a given authority, and presents a client certificate", async () => {
    const transport = new Transport(await serve("second.pem"));
    const trust = {
      ca: await readTlsFixture("second.pem"),
      cert: await readTlsFixture("other-host.pem"),
      key: await readTlsFixture("second-key.pem"),
    };
    assert.equal((await transport.post(call, { trust: { ca: trust.ca } }, 20_000, true)).body, "nobody");
    const subject = new X509Certificate(trust.cert).subject.replace("CN=", "");
    assert.equal((await transport.post(call, { trust }, 20_000, true)).body, subject);
    const mismatch = { ...trust, key: await readTlsFixture("key.pem") };
    await assert.rejects(
      transport.post(call, { trust: mismatch }, 20_000, true),
      /key of the client certificate/,
    );
    transport.close();
  });
});
