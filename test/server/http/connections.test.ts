import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { encodeCall } from "../../../protocol/wire/codec";
import { defaultLimits } from "../../../server/http/limits";
import type { Dispatch } from "../../../server/methods/calls/callable";
import { readCertificate } from "../../support/http/certificate";
import { send, sendBytes } from "../../support/http/raw-http";
import {
  assertServes,
  authorization,
  testListeners,
  testToken as token,
} from "../../support/http/test-listener";
import { eventually } from "../../support/time/eventually";
import { callRaw, callRequest } from "../../support/wire/wire";

const connections = 4;
const few = { ...defaultLimits, connections };
/** Long, so that no connection is closed because of slow headers. */
const patient = { headersTimeoutMs: 600_000, requestTimeoutMs: 600_000 };

/** The text of a request that a test sends. */
function callBytes(method: string): string {
  const body = encodeCall(method, []);
  return `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** A call that runs until its client hangs up or the test ends it. */
function heldCalls(): { dispatch: Dispatch; signals: AbortSignal[]; release: () => void } {
  const signals: AbortSignal[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const dispatch: Dispatch = async (_caller, method, _parameters, signal) => {
    if (method === "held" && signal !== undefined) {
      signals.push(signal);
      await released;
    }
    return method;
  };
  return { dispatch, signals, release: () => release() };
}

/** Returns the timer that the kernel runs for the server's end of a connection. */
async function timerOf(port: number, clientPort: number): Promise<string | undefined> {
  const [from, to] = [port, clientPort].map((number) => number.toString(16).toUpperCase().padStart(4, "0"));
  const line = (await readFile("/proc/net/tcp", "utf8"))
    .split("\n")
    .find((text) => new RegExp(`^ *\\d+: \\w+:${from} \\w+:${to} `).test(text));
  const [, , , , , timer = ""] = line?.trim().split(/\s+/) ?? [];
  return timer.startsWith("02:") ? "keep-alive" : line;
}

describe("connections", () => {
  const open: Socket[] = [];
  afterEach(() => {
    open.splice(0).forEach((socket) => socket.destroy());
  });
  const listen = testListeners();

  const opened = async (port: number, bytes = "", localAddress = "127.0.0.1"): Promise<Socket> => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    open.push(socket);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(bytes);
    return socket;
  };

  it("without a request are closed for others, the oldest first", async () => {
    const listener = await listen({ limits: few });
    const idle: Socket[] = [];
    for (let count = 0; count < connections; count += 1) {
      idle.push(await opened(listener.port));
    }
    await assertServes(listener);
    await eventually(() => idle[0]?.closed === true, "the oldest is closed");
    assert.equal(idle[connections - 1]?.closed, false);
  });

  for (const [title, bytes] of [
    ["half a head", "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\n"],
    [
      "a request without a token",
      "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\ncontent-length: 9\r\n\r\nabc",
    ],
    [
      "requests that are refused",
      "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\n\r\n".repeat(3),
    ],
  ] as const) {
    it(`that send ${title} do not exclude other clients`, async () => {
      const listener = await listen({ limits: few });
      for (let count = 0; count < 3 * connections; count += 1) {
        await opened(listener.port, bytes);
      }
      await assertServes(listener);
    });
  }

  it("are closed for another one of the same address, and those of other addresses stay", async () => {
    const { port, called } = await listen({ limits: few });
    const slow = await opened(port, "", "127.0.0.2");
    for (let count = 0; count < 3 * connections; count += 1) {
      await opened(port);
    }
    slow.write(callBytes("at.last"));
    await eventually(() => called.includes("at.last") || slow.closed, "the call has come");
    assert.deepEqual(called, ["at.last"]);
  });

  it("are probed during a call, because a client can disappear without closing", async () => {
    const { dispatch, release, signals } = heldCalls();
    const { port } = await listen({ dispatch });
    const socket = await opened(port, callBytes("held"));
    await eventually(() => signals.length === 1, "the call is under way");
    const timer = await timerOf(port, socket.localPort ?? 0);
    release();
    assert.equal(timer, "keep-alive");
  });

  it("that the client closes, also in its direction alone, end the wait of a call", async () => {
    const { dispatch, release, signals } = heldCalls();
    const { port } = await listen({ dispatch });
    const socket = await opened(port, callBytes("held"));
    await eventually(() => signals.length === 1, "the call is under way");
    let answer = "";
    socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
    socket.end();
    await eventually(() => signals[0]?.aborted === true, "the wait ends");
    release();
    await eventually(() => socket.closed, "the connection is closed");
    assert.equal(answer, "");
  });

  it("of clients with the token are kept while others connect", async () => {
    const { port, url } = await listen({ limits: few });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const call = async (): Promise<void> => {
      const { headers, body } = callRequest("a", [], token);
      const sent = request(url, { agent, method: "POST", headers });
      sent.end(body);
      const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
      ports.add(sent.socket?.localPort);
      await text(response);
    };
    await call();
    for (let count = 0; count < 3 * connections; count += 1) {
      await opened(port);
    }
    await call();
    agent.destroy();
    assert.equal(ports.size, 1);
  });

  it("with a call in progress are never closed for others", async () => {
    const { dispatch, release, signals } = heldCalls();
    const listener = await listen({ limits: few, dispatch });
    const held = Array.from({ length: connections }, () => callRaw({ url: listener.url, token }, "held"));
    await eventually(() => signals.length === connections, "all calls are under way");
    await assert.rejects(callRaw({ url: listener.url, token }, "one.more"));
    release();
    assert.deepEqual(
      await Promise.all(held),
      held.map(() => "held"),
    );
    await assertServes(listener);
  });

  it("tell a call that its client has hung up", async () => {
    const { dispatch, release, signals } = heldCalls();
    const listener = await listen({ dispatch });
    const socket = await opened(listener.port, callBytes("held"));
    await eventually(() => signals.length === 1, "the call is under way");
    assert.equal(signals[0]?.aborted, false);
    socket.destroy();
    await eventually(() => signals[0]?.aborted === true, "the call is told");
    release();
    await callRaw({ url: listener.url, token }, "held");
    assert.equal(signals[1]?.aborted, false);
  });

  it("tell each of several calls on them that their client has hung up", async () => {
    const { dispatch, release, signals } = heldCalls();
    const listener = await listen({ dispatch });
    const socket = await opened(listener.port, callBytes("held").repeat(3));
    await eventually(() => signals.length === 3, "the calls are under way");
    socket.destroy();
    await eventually(() => signals[0]?.aborted === true, "the first call is told");
    release();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true, true],
    );
  });

  it("without a finished TLS handshake do not exclude other clients", async () => {
    const { cert, key } = await readCertificate();
    const listener = await listen({ limits: few, tls: { cert, key } });
    for (let count = 0; count < 3 * connections; count += 1) {
      await opened(listener.port, "\x16\x03\x01");
    }
    const url = listener.url.replace("http:", "https:");
    assert.equal((await send(url, { ...callRequest("a", [], token), ca: cert })).status, 200);
  });

  it("whose client does not read are closed", async () => {
    const dispatch: Dispatch = (_caller, method) =>
      Promise.resolve(method === "long" ? "x".repeat(20_000_000) : "short");
    const listener = await listen({ dispatch, limits: { ...defaultLimits, sendTimeoutMs: 50 } });
    const deaf = await opened(listener.port, callBytes("long"));
    deaf.pause();
    await eventually(() => listener.called.includes("long"), "the answer is on its way");
    await assertServes(listener);
    // A write shows the end of a connection that is not read.
    await eventually(() => deaf.closed || !deaf.write("x"), "it is closed").catch(() => undefined);
    deaf.resume();
    await eventually(() => deaf.closed, "it is closed");
    assert.ok(deaf.bytesRead < 20_000_000);
  });

  it("keep no more of unread answers than the limit, except for the newest", async () => {
    const dispatch: Dispatch = (_caller, method) =>
      Promise.resolve(method === "long" ? "x".repeat(20_000_000) : "short");
    const listener = await listen({ dispatch, limits: { ...defaultLimits, unreadBytes: 30_000_000 } });
    const first = await opened(listener.port, callBytes("long"));
    first.pause();
    await eventually(() => listener.called.length === 1, "the first answer is on its way");
    const second = await opened(listener.port, callBytes("long"));
    let read = 0;
    second.on("data", (chunk: Buffer) => {
      read += chunk.length;
    });
    await eventually(() => read > 20_000_000, "the newest is sent whole");
    first.resume();
    await eventually(() => first.closed, "the oldest is given up");
    assert.ok(first.bytesRead < 20_000_000);
  });

  it("are not closed for the answers to clients that have hung up", async () => {
    const held = heldCalls();
    const dispatch: Dispatch = async (...call) => {
      const method = await held.dispatch(...call);
      return method === "held" || method === "long" ? "x".repeat(12_000_000) : "short";
    };
    const listener = await listen({ dispatch, limits: { ...defaultLimits, unreadBytes: 30_000_000 } });
    const gone = await opened(listener.port, callBytes("held").repeat(3));
    await eventually(() => held.signals.length === 3, "their calls are under way");
    gone.destroy();
    await eventually(() => held.signals[0]?.aborted === true, "they have hung up");
    const reader = await opened(listener.port, callBytes("long"));
    reader.pause();
    await eventually(() => listener.called.length === 4, "the answer is on its way");
    held.release();
    await assertServes(listener);
    let read = 0;
    reader.on("data", (chunk: Buffer) => {
      read += chunk.length;
    });
    reader.resume();
    await eventually(() => read > 12_000_000 || reader.closed, "the answer has come");
    assert.ok(read > 12_000_000, String(read));
  });

  it("with many lists do not block short calls of others", async () => {
    const listener = await listen();
    const lists = 200;
    await opened(listener.port, callBytes("instance.list").repeat(lists));
    await callRaw({ url: listener.url, token }, "ping");
    const before = listener.called.indexOf("ping");
    assert.ok(before > -1 && before < lists, `${before} lists came first`);
    await eventually(() => listener.called.length === lists + 1, "all lists are made");
  });

  it("whose client has hung up get no lists", async () => {
    const listener = await listen();
    const socket = await opened(listener.port, callBytes("instance.list").repeat(200));
    await eventually(() => listener.called.length > 0, "the lists are under way");
    socket.destroy();
    await assertServes(listener);
    await listener.listener.close();
    assert.ok(listener.called.length < 200, String(listener.called.length));
  });

  it("refuse tunnels", async () => {
    const listener = await listen();
    const answer = await sendBytes(listener.port, "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n", { end: false });
    assert.match(answer, /^HTTP\/1\.1 405 /);
    await assertServes(listener);
  });

  it("that request a tunnel are closed", async () => {
    const listener = await listen();
    const socket = connect({ port: listener.port, host: "127.0.0.1", allowHalfOpen: true });
    open.push(socket.resume());
    socket.write("CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n");
    await once(socket, "end");
    // The client neither ends its side nor stops writing.
    socket.on("error", () => undefined);
    await eventually(() => {
      socket.write("x");
      return socket.destroyed;
    }, "the daemon takes no more");
    await listener.listener.close();
  });

  it("without a finished TLS handshake do not prevent the listener from closing", async () => {
    const { cert, key } = await readCertificate();
    const limits = { ...defaultLimits, ...patient };
    const { port, listener } = await listen({ limits, tls: { cert, key } });
    const socket = await opened(port, "\x16\x03\x01");
    await listener.close();
    await eventually(() => socket.closed, "it is closed");
  });

  it("let a second call take longer than the limit for reading an answer", async () => {
    const { dispatch, release, signals } = heldCalls();
    const listener = await listen({ dispatch, limits: { ...defaultLimits, sendTimeoutMs: 50 } });
    const socket = await opened(listener.port, callBytes("short") + callBytes("held"));
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    await eventually(() => answer.includes("short") && signals.length === 1, "the first is answered");
    // Much longer than the limit, because the test shows that nothing happens.
    await pause(300);
    release();
    await eventually(() => answer.includes("held") || socket.closed, "the second is answered");
    assert.match(answer, /held/);
  });

  it("are distinguished if they come from one port to several addresses of the daemon's host", async () => {
    const listener = await listen({ address: "0.0.0.0", limits: { ...few, ...patient } });
    const addresses = Array.from({ length: connections + 2 }, (_, index) => `127.0.0.${index + 1}`);
    let localPort = 0;
    const sockets: Socket[] = [];
    for (const host of addresses) {
      const socket = connect({ host, port: listener.port, localAddress: "127.0.0.1", localPort });
      open.push(socket.resume());
      sockets.push(socket);
      await once(socket, "connect");
      localPort = socket.localPort ?? 0;
    }
    await assertServes(listener);
    await eventually(() => sockets.filter(({ closed }) => closed).length >= 3, "the oldest are closed");
  });

  for (const [header, status] of [
    ["connection: upgrade\r\nupgrade: websocket", 405],
    ["expect: a-miracle", 417],
    ["transfer-encoding: chunked\r\ncontent-length: 3", 400],
  ] as const) {
    it(`are answered with ${status} to "${header.split("\r\n").at(-1)}"`, async () => {
      const listener = await listen();
      const bytes = `GET / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\n${header}\r\nconnection: close\r\n\r\n`;
      const answer = await sendBytes(listener.port, bytes, { end: true });
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      await assertServes(listener);
    });
  }

  it("are closed after a refusal without a token", async () => {
    const listener = await listen();
    const twice =
      "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\ncontent-length: 0\r\n\r\n".repeat(2);
    const answer = await sendBytes(listener.port, twice, { end: false });
    assert.equal(answer.match(/HTTP\/1\.1 401 /g)?.length, 1);
  });
});
