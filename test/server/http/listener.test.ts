import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { decodeResponse, encodeCall } from "../../../protocol/wire/codec";
import type { Dispatch } from "../../../server/methods/calls/callable";
import { assertMccError } from "../../support/assert-error";
import { readCertificate } from "../../support/http/certificate";
import { send } from "../../support/http/raw-http";
import {
  assertServes,
  authorization,
  testListeners,
  testToken as token,
} from "../../support/http/test-listener";
import { eventually } from "../../support/time/eventually";
import { callRaw, callRequest, resultOf } from "../../support/wire/wire";

/** A call named `long` runs until the test ends it. */
function longCalls(): { dispatch: Dispatch; finish: () => void; finished: () => boolean } {
  let finish = (): void => undefined;
  let finished = false;
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const dispatch: Dispatch = async (_caller, method) => {
    if (method === "long") {
      await over;
      finished = true;
    }
    return method;
  };
  return { dispatch, finish: () => finish(), finished: () => finished };
}

/** Returns how often the kernel refused a connection because the queue of a listener was full. */
async function overflows(): Promise<number> {
  const rows = (await readFile("/proc/net/netstat", "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"));
  const [names = [], values = []] = rows.map((row) => row.split(" "));
  return Number(values[names.indexOf("ListenOverflows")]);
}

const headers = { authorization, "content-type": "text/xml" };

describe("the listener", () => {
  const listen = testListeners();

  it("answers a call in XML, for any type of the request", async () => {
    const { url } = await listen();
    const answer = await send(url, callRequest("a.b", [{ c: 1 }], token));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/xml; charset=utf-8");
    assert.deepEqual(await decodeResponse(answer.body), { method: "a.b", parameters: [{ c: 1 }] });
  });

  it("answers a fault with the status 200, as XML-RPC requires", async () => {
    const dispatch = (): Promise<never> => Promise.reject(new MccError("not-found", "No such thing."));
    const { url } = await listen({ dispatch });
    const answer = await send(url, callRequest("a", [], token));
    assert.equal(answer.status, 200);
    await assertMccError(decodeResponse(answer.body), "not-found", /^No such thing\.$/);
  });

  it("lets no client wait that comes at the same time as a thousand others", async () => {
    const { url } = await listen();
    const before = await overflows();
    const port = Number(new URL(url).port);
    // Nothing is accepted until all of them are on their way.
    const sockets = Array.from({ length: 1000 }, () => connect(port, "127.0.0.1"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    assert.equal((await overflows()) - before, 0);
    sockets.forEach((socket) => socket.destroy());
  });

  it("answers an internal error with a reference, and logs its details", async () => {
    const { url, lines } = await listen({ dispatch: () => Promise.reject(new TypeError("secret details")) });
    const error = await assertMccError(callRaw({ url, token }, "a"), "internal", /reference [0-9a-f]{8}\.$/);
    assert.doesNotMatch(error.message, /secret/);
    const logged = JSON.stringify(lines);
    assert.match(logged, /secret details/);
    assert.ok(logged.includes(/reference ([0-9a-f]{8})/.exec(error.message)?.[1] ?? "nothing"));
  });

  it("treats a result that XML cannot contain as an internal error", async () => {
    const { url } = await listen({ dispatch: () => Promise.resolve({ text: "\x00" }) });
    await assertMccError(callRaw({ url, token }, "a"), "internal", /reference/);
  });

  it("finishes a call whose client has hung up", async () => {
    const { dispatch, finish, finished } = longCalls();
    const listener = await listen({ dispatch });
    const sent = request(listener.url, { method: "POST", agent: false, headers });
    sent.on("error", () => undefined);
    sent.end(encodeCall("long", []));
    await eventually(() => listener.called.includes("long"), "the call has come");
    sent.destroy();
    await assertServes(listener);
    finish();
    await eventually(finished, "the call has ended");
    await assertServes(listener);
  });

  it("keeps a connection for several calls, and ends it when it closes", async () => {
    const { url, listener } = await listen();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<IncomingMessage["socket"]>();
    for (let call = 0; call < 3; call += 1) {
      const sent = request(url, { method: "POST", agent, headers });
      sent.end(encodeCall("a", []));
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      sockets.add(response.socket);
      await text(response);
    }
    const [socket, ...others] = sockets;
    assert.ok(socket !== undefined && others.length === 0);
    const ended = once(socket, "close");
    await Promise.all([listener.close(), ended]);
  });

  it("closes only after the calls in progress were answered", async () => {
    const { dispatch, finish } = longCalls();
    const { url, called, listener } = await listen({ dispatch });
    const answer = callRaw({ url, token }, "long");
    await eventually(() => called.includes("long"), "the call has come");
    let closed = false;
    const closing = listener.close().then(() => {
      closed = true;
    });
    await assert.rejects(callRaw({ url, token }, "late"), /ECONNREFUSED/);
    assert.ok(!closed, "the call goes on");
    finish();
    assert.equal(await answer, "long");
    await closing;
  });

  it("answers nothing before it is announced", async () => {
    const events: string[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    await listen({
      announce: async ({ port }) => {
        asked = callRaw({ url: `http://127.0.0.1:${port}`, token }, "early").then(() =>
          events.push("answered"),
        );
        // In this number of turns of the event loop, a call would be answered if nothing delayed it.
        for (let turn = 0; turn < 200; turn += 1) {
          await nextTurn();
        }
        events.push("announced");
      },
    });
    await asked;
    assert.deepEqual(events, ["announced", "answered"]);
  });

  it("closes if it cannot be announced", async () => {
    let port = 0;
    const announce = (bound: { port: number }): Promise<void> => {
      port = bound.port;
      return Promise.reject(new Error("no room"));
    };
    await assert.rejects(listen({ announce }), /no room/);
    await assert.rejects(callRaw({ url: `http://127.0.0.1:${port}` }, "late"), /ECONNREFUSED/);
  });

  it("reports a port in use, with the remedy", async () => {
    const { port } = await listen();
    await assertMccError(listen({ port }), "conflict", new RegExp(`${port}: another program.*-p`));
  });

  it("reports an address of another machine, with the remedy", async () => {
    await assertMccError(listen({ address: "198.51.100.7" }), "invalid", /does not have this address.*-l/);
  });

  it("serves HTTPS", async () => {
    const { cert, key } = await readCertificate();
    const { port, lines } = await listen({ tls: { cert, key } });
    const answer = send(`https://127.0.0.1:${port}`, { ...callRequest("a", [], token), ca: cert });
    assert.deepEqual(await resultOf(answer), { method: "a", parameters: [] });
    // A plain HTTP request ends only its own connection.
    await assert.rejects(once(get(`http://127.0.0.1:${port}/`, { agent: false }), "response"));
    assert.ok(lines.some(({ msg }) => msg === "a TLS handshake failed"));
  });

  it("refuses an invalid certificate", async () => {
    await assertMccError(listen({ tls: { cert: "x", key: "y" } }), "invalid", /certificate/);
  });
});
