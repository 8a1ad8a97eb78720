import assert from "node:assert/strict";
import { once } from "node:events";
import type { WebSocket } from "ws";
import type { Client } from "../../../../client/client";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";
import {
  headersOfPage,
  type Login,
  logInWith,
  openTerminalSocket,
  sendLogin,
} from "../../../support/http/dashboard-session";
import { type RawAnswer, send } from "../../../support/http/raw-http";
import { eventually } from "../../../support/time/eventually";

describe("the dashboard's answers", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;
  let token: string;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
    token = await daemon.token();
    client = await daemon.client();
  });

  const login = (headers: Record<string, string>, body: string): Promise<RawAnswer> =>
    sendLogin(daemon.url, headers, body);
  const logIn = (secret = token): Promise<Login> => logInWith(daemon.url, secret);
  const call = (headers: Record<string, string>, method = "instance.list", params: object = {}) =>
    send(daemon.url, {
      path: "/rpc",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
  const ofPage = (login: Login): Record<string, string> => headersOfPage(daemon.url, login);
  const newToken = async (name: string, role: "user" | "reader"): Promise<string> =>
    (await client.call("accessToken.add", { name, role })).token;

  it("are a page that may load nothing from elsewhere, and runs no script within the document", async () => {
    const { status, headers, body } = await send(daemon.url, { method: "GET" });
    assert.equal(status, 200);
    const policy = String(headers["content-security-policy"]);
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), policy);
    }
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(body, /https?:|<script>|style=|onload/);
    const tag = String(headers["etag"]);
    const again = await send(daemon.url, { method: "GET", headers: { "if-none-match": tag } });
    assert.deepEqual([again.status, again.body], [304, ""]);
    for (const path of ["/page/..%2f..%2fpackage.json", "/page/none.js", "/page/"]) {
      assert.equal((await send(daemon.url, { method: "GET", path })).status, 404, path);
    }
    const rebound = await send(daemon.url, { method: "GET", headers: { host: "evil.example" } });
    assert.equal(rebound.status, 403);
  });

  it("give a cookie that scripts cannot read for a token, and nothing for a wrong one", async () => {
    const right = await login({}, JSON.stringify({ token }));
    assert.match(
      String(right.headers["set-cookie"]),
      new RegExp(`^minicloud-${daemon.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    assert.ok(!right.body.includes(token));
    const overProxy = await login({ origin: daemon.url.replace("http", "https") }, JSON.stringify({ token }));
    assert.match(String(overProxy.headers["set-cookie"]), /; Secure$/);
    const wrong = await login({}, JSON.stringify({ token: "0".repeat(64) }));
    assert.deepEqual([wrong.status, wrong.headers["set-cookie"]], [401, undefined]);
    await eventually(() => /A login failed/.test(daemon.log), "the failed login is logged");
  });

  const badLogins: [string, Record<string, string>, string | undefined, number][] = [
    ["another origin", { origin: "http://evil.example" }, undefined, 403],
    ["an opaque origin", { origin: "null" }, undefined, 403],
    ["another site", { "sec-fetch-site": "same-site" }, undefined, 403],
    ["another host", { host: "evil.example", origin: "http://evil.example" }, undefined, 403],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, undefined, 415],
    ["no JSON", {}, "token=secret-text", 400],
    ["another shape", {}, '{"token":["secret-text"]}', 400],
    ["a large body", {}, JSON.stringify({ token: "secret-text".repeat(1000) }), 400],
  ];
  for (const [title, headers, body, status] of badLogins) {
    it(`refuse a login with ${title}`, async () => {
      const answer = await login(headers, body ?? JSON.stringify({ token }));
      assert.equal(answer.status, status, answer.body);
      assert.equal(answer.headers["set-cookie"], undefined);
      assert.ok(!answer.body.includes(token) && !answer.body.includes("secret-text"), answer.body);
    });
  }

  it("accept the cookie only with its secret, and only from the page", async () => {
    const mine = await logIn();
    const other = await logIn();
    assert.match((await call(ofPage(mine))).body, /"result":\[\]/);
    const refused: [Record<string, string>, number][] = [
      [{ cookie: mine.cookie }, 401],
      [{ ...ofPage(mine), "minicloud-csrf": other.csrf }, 403],
      [{ ...ofPage(mine), "minicloud-csrf": "" }, 403],
      [{ ...ofPage(mine), cookie: "" }, 401],
      [{ ...ofPage(mine), cookie: `${mine.cookie}; ${other.cookie}` }, 401],
      [{ ...ofPage(mine), origin: "http://evil.example" }, 403],
      [{ ...ofPage(mine), "sec-fetch-site": "cross-site" }, 403],
      [{ ...ofPage(mine), host: "evil.example" }, 403],
      [{ ...ofPage(mine), "content-type": "text/plain" }, 415],
    ];
    for (const [headers, status] of refused) {
      assert.equal((await call(headers)).status, status, JSON.stringify(headers));
    }
    const withoutOrigin = Object.entries(ofPage(mine)).filter(([name]) => name !== "origin");
    assert.equal((await call(Object.fromEntries(withoutOrigin))).status, 403);
    const oldProtocol = await send(daemon.url, { headers: ofPage(mine), body: "<methodCall/>" });
    assert.notEqual(oldProtocol.status, 200);
  });

  it("ignore the offer of another protocol, which some clients send with each request", async () => {
    const offer = {
      connection: "Upgrade, HTTP2-Settings",
      upgrade: "h2c",
      "http2-settings": "AAMAAABkAAQBAAAAAAIAAAAA",
    };
    const answer = await call({ ...offer, authorization: `Bearer ${token}` });
    assert.deepEqual([answer.status, answer.body.includes('"result":[]')], [200, true]);
    assert.equal((await call(offer)).status, 401);
    const webSocket = { connection: "Upgrade", upgrade: "websocket" };
    assert.equal((await call({ ...webSocket, authorization: `Bearer ${token}` })).status, 200);
    assert.equal(
      (await send(daemon.url, { method: "GET", path: "/terminal", headers: webSocket })).status,
      400,
    );
  });

  it("give a session the rights of its token, until the token or the session ends", async () => {
    const { id } = await client.call("instance.create", { name: "web", waitSeconds: 30 });
    const reader = await logIn(await newToken("watcher", "reader"));
    assert.match((await call(ofPage(reader))).body, /"name":"web"/);
    assert.match((await call(ofPage(reader), "instance.destroy", { instance: id })).body, /forbidden|-32/);
    const user = await logIn(await newToken("ann", "user"));
    assert.doesNotMatch((await call(ofPage(user))).body, /"name":"web"/);
    await client.call("accessToken.revoke", { name: "watcher" });
    assert.equal((await call(ofPage(reader))).status, 401);
    const out = await send(daemon.url, { path: "/logout", headers: ofPage(user) });
    assert.match(String(out.headers["set-cookie"]), /Max-Age=0/);
    assert.equal((await call(ofPage(user))).status, 401);
    assert.equal((await client.call("instance.list", {})).length, 1);
    await client.call("instance.destroy", { instance: id });
  });

  describe("to a request for a terminal", () => {
    let instance: { id: number; uid: string };

    before(async () => {
      instance = await client.call("instance.create", { name: "shell", waitSeconds: 30 });
    });
    after(() => client.call("instance.destroy", { instance: instance.id }));

    const open = (
      from: Login,
      { csrf = from.csrf, ...more }: { origin?: string; csrf?: string; query?: string },
    ): WebSocket =>
      openTerminalSocket(
        daemon.url,
        { ...from, csrf },
        { instance: instance.id, uid: instance.uid, ...more },
      );
    const refusal = async (socket: WebSocket): Promise<number | undefined> => {
      const [request, response] = (await once(socket, "unexpected-response")) as [
        { destroy: () => void },
        { statusCode?: number },
      ];
      request.destroy();
      return response.statusCode;
    };
    const ending = async (socket: WebSocket): Promise<string> => {
      const texts: string[] = [];
      socket.on("message", (data, isBinary) => isBinary || texts.push((data as Buffer).toString()));
      await once(socket, "close");
      return texts.join("");
    };

    it("are a shell for those who may, which ends with the instance", async () => {
      const socket = open(await logIn(), {});
      const shown: Buffer[] = [];
      socket.on("message", (data, isBinary) => isBinary && shown.push(data as Buffer));
      const ended = ending(socket);
      await once(socket, "open");
      socket.send(Buffer.from("hostname\r"));
      await eventually(() => /shell/.test(Buffer.concat(shown).toString()), "the shell answers");
      await client.call("instance.stop", { instance: instance.id });
      assert.match(await ended, /^\{"ended":".*"\}$/);
      await client.call("instance.start", { instance: instance.id });
    });

    it("are a refusal from another origin, without the secret, and without a session", async () => {
      const mine = await logIn();
      assert.equal(await refusal(open(mine, { origin: "http://evil.example" })), 403);
      assert.equal(await refusal(open(mine, { csrf: "x" })), 403);
      assert.equal(await refusal(open({ ...mine, cookie: "a=b" }, {})), 401);
    });

    it("are an ending that says why to a reader, to another user, and for a wrong size", async () => {
      const reader = await logIn(await newToken("bystander", "reader"));
      assert.match(await ending(open(reader, {})), /may not|role/);
      const other = await logIn(await newToken("bob", "user"));
      assert.match(await ending(open(other, {})), /belongs to|another account/);
      assert.match(await ending(open(await logIn(), { query: "&columns=0" })), /columns/);
    });
  });
});

describe("a daemon with open terminals", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();

  it("says in them that it was stopped, and does not wait for them", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    const client = await daemon.client();
    const instances = await Promise.all(
      [1, 2, 3].map(() => client.call("instance.create", { waitSeconds: 30 })),
    );
    client.close();
    const token = await daemon.token();
    const login = await logInWith(daemon.url, token);
    const terminals = [...instances, ...instances, ...instances, ...instances].map(({ id, uid }) => {
      const socket = openTerminalSocket(daemon.url, login, { instance: id, uid });
      const texts: string[] = [];
      socket.on("message", (data, isBinary) => texts.push(isBinary ? "output" : (data as Buffer).toString()));
      return { texts, closed: once(socket, "close") };
    });
    const answering = (): number => terminals.filter(({ texts }) => texts.includes("output")).length;
    await eventually(() => answering() === terminals.length, "all shells answer");
    await Promise.all(terminals.map(() => logInWith(daemon.url, token)));
    assert.equal(await daemon.stop(), 0);
    for (const { texts, closed } of terminals) {
      await closed;
      assert.match(texts.at(-1) ?? "", /^\{"ended":"The daemon was stopped\."\}$/);
    }
    // Neither the terminals nor the sessions are a leak, of which Node would warn.
    assert.doesNotMatch(daemon.log, /a warning of Node/);
  });
});

describe("a daemon without a dashboard", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();

  const cases: [string, string[], RegExp][] = [
    ["--no-dashboard", ["--no-dashboard"], /no dashboard: .*--no-dashboard/],
    ["--allow-anonymous", ["--allow-anonymous"], /no dashboard: .*--allow-anonymous/],
    ["plain HTTP for other machines", ["-l", "0.0.0.0", "--insecure"], /no dashboard: .*without encryption/],
  ];
  for (const [title, words, reason] of cases) {
    it(`says at / why, and accepts no login: ${title}`, async () => {
      const daemon = await newDaemon({ words });
      await daemon.start();
      const url = `http://127.0.0.1:${daemon.port}`;
      const page = await send(url, { method: "GET" });
      assert.equal(page.status, 405);
      assert.match(page.body, reason);
      const answer = await send(url, {
        path: "/login",
        headers: { "content-type": "application/json", origin: url },
        body: JSON.stringify({ token: await daemon.token().catch(() => "none") }),
      });
      assert.equal(answer.status, 404);
      assert.match(daemon.log, /no dashboard/);
    });
  }
});
