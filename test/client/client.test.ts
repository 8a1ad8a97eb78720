import assert from "node:assert/strict";
import { connect } from "../../client";
import { ConnectionError } from "../../client/connection-error";
import { MccError } from "../../protocol/error";
import { assertMccError } from "../support/assert-error";
import { freePort, standInDaemons, standInInfo } from "../support/daemons/stand-in-daemon";
import { withEnvironment } from "../support/environment";
import { exampleInstance } from "../support/example-instance";
import { eventually } from "../support/time/eventually";

describe("Client", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));

  it("calls a method with its parameters and the token", async () => {
    const daemon = await startDaemon({ "instance.get": () => exampleInstance() });
    const instance = await connect({ server: daemon.url, token: "t0ken" }).call("instance.get", {
      instance: 500,
    });
    assert.deepEqual(instance, exampleInstance());
    assert.deepEqual(
      daemon.calls.map(({ method, parameters, authorization }) => ({ method, parameters, authorization })),
      [
        { method: "server.info", parameters: {}, authorization: "Bearer t0ken" },
        { method: "instance.get", parameters: { instance: 500 }, authorization: "Bearer t0ken" },
      ],
    );
  });

  it("takes server and token from MCC_SERVER and MCC_TOKEN", async () => {
    const daemon = await startDaemon();
    process.env.MCC_SERVER = `127.0.0.1:${daemon.port}`;
    process.env.MCC_TOKEN = "from-environment";
    await connect().info();
    assert.equal(daemon.calls[0]?.authorization, "Bearer from-environment");
  });

  it("takes both from a given environment, not from that of the process", async () => {
    const daemon = await startDaemon({ "key.list": () => [] });
    const environment = { MCC_SERVER: daemon.url, MCC_TOKEN: "t2" };
    await connect({ environment }).call("key.list", {});
    assert.equal(daemon.calls[1]?.authorization, "Bearer t2");
    assert.equal(connect({ environment: {} }).server, "http://127.0.0.1:8080");
  });

  it("cancels its calls when its signal is aborted, and makes no more", async () => {
    const daemon = await startDaemon({ "instance.exec": () => new Promise(() => undefined) });
    const ended = new AbortController();
    const client = connect({ server: daemon.url, signal: ended.signal });
    const reason = new Error("the run is over");
    const call = client.call("instance.exec", { instance: "web", command: ["sleep"] });
    await eventually(() => daemon.methods().length === 1, "it is at work");
    ended.abort(reason);
    await assert.rejects(call, reason);
    await assert.rejects(client.call("key.list", {}), reason);
    assert.deepEqual(daemon.methods(), ["instance.exec"]);
  });

  it("removes the line end from a token, and refuses a text that is not a token", async () => {
    const daemon = await startDaemon();
    await connect({ server: daemon.url, token: " t0ken\n" }).info();
    assert.equal(daemon.calls[0]?.authorization, "Bearer t0ken");
    for (const token of ["x".repeat(20_000), "two\nlines", "two words", "schlüssel", " "]) {
      assert.throws(
        () => connect({ server: daemon.url, token }),
        (error) => MccError.hasCode(error, "invalid") && !error.message.includes(token.trim() || "  "),
      );
    }
  });

  it("passes on the daemon's errors", async () => {
    const daemon = await startDaemon({
      "instance.get": () => {
        throw new MccError("not-found", `No instance 7.`);
      },
    });
    await assertMccError(
      connect({ server: daemon.url }).call("instance.get", { instance: 7 }),
      "not-found",
      /^No instance 7\.$/,
    );
  });

  it("sends calls of unknown methods and returns the daemon's error", async () => {
    const daemon = await startDaemon(Object.fromEntries([["volume.list", () => ["web"]]]));
    const client = connect({ server: daemon.url });
    const call = (method: string): Promise<unknown> => client.call(method as "key.list", {});
    assert.deepEqual(await call("volume.list"), ["web"]);
    await assertMccError(call("fleet.apply"), "not-found", /There is no method fleet\.apply/);
  });

  it("reports how to start a daemon if none answers", async () => {
    const server = `127.0.0.1:${await freePort()}`;
    const error = await assertMccError(
      connect({ server }).call("key.list", {}),
      "unavailable",
      /^No MiniCloud daemon answers at http:\/\/127\.0\.0\.1:\d+: the connection was refused\. Start one .*MCC_SERVER/,
    );
    assert.ok(ConnectionError.isInstance(error));
    assert.equal(error.reached, false);
  });

  it("reports a TLS address of a daemon without TLS", async () => {
    const daemon = await startDaemon();
    await assertMccError(
      connect({ server: `https://127.0.0.1:${daemon.port}` }).info(),
      "unavailable",
      /it does not use TLS; give an address that starts with http:/,
    );
  });

  it("recognises a server that is not a daemon", async () => {
    const website = await startDaemon(
      {},
      (response) => void response.writeHead(404).end("<html>Nothing here</html>"),
    );
    await assertMccError(
      connect({ server: website.url }).info(),
      "unavailable",
      /is not a MiniCloud daemon \(HTTP 404/,
    );
  });

  it("recognises a daemon of another release", async () => {
    const daemon = await startDaemon({ "server.info": () => ({ protocolVersion: 99 }) });
    await assertMccError(
      connect({ server: daemon.url }).call("key.list", {}),
      "unavailable",
      /version 99, .* version 1/,
    );
    assert.deepEqual(daemon.methods(), []);
  });

  it("refuses an answer with the wrong structure", async () => {
    const daemon = await startDaemon({ "key.list": () => [{ name: 5 }] });
    await assertMccError(
      connect({ server: daemon.url }).call("key.list", {}),
      "internal",
      /key\.list .*0\.uid/,
    );
  });

  it("reports a connection that was lost during a call", async () => {
    const daemon = await startDaemon({ "instance.exec": (_parameters, call) => call.hangUp() });
    const error = await assertMccError(
      connect({ server: daemon.url }).call("instance.exec", { instance: 500, command: ["true"] }),
      "unavailable",
      /was lost/,
    );
    assert.ok(ConnectionError.isInstance(error) && error.reached);
  });

  it("retries a call after its connection closed, but only if the call is repeatable", async () => {
    let hangUps = 1;
    const daemon = await startDaemon({
      "key.list": (_parameters, call) => (hangUps-- > 0 ? call.hangUp() : []),
      "instance.exec": (_parameters, call) => call.hangUp(),
    });
    const client = connect({ server: daemon.url });
    assert.deepEqual(await client.call("key.list", {}), []);
    await assertMccError(
      client.call("instance.exec", { instance: 1, command: ["true"] }),
      "unavailable",
      /lost/,
    );
    assert.deepEqual(daemon.methods(), ["key.list", "key.list", "instance.exec"]);
  });

  it("refuses an invalid address", () => {
    assert.throws(
      () => connect({ server: "ftp://x" }),
      (error) => MccError.hasCode(error, "invalid"),
    );
  });

  it("calls server.info once", async () => {
    const daemon = await startDaemon({ "key.list": () => [] });
    const client = connect({ server: daemon.url });
    await Promise.all([client.call("key.list", {}), client.call("key.list", {}), client.info()]);
    assert.deepEqual(await client.info(), standInInfo);
    assert.equal(daemon.calls.filter(({ method }) => method === "server.info").length, 1);
  });
});
