import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { connect } from "../../../client/client";
import type { InProcessDaemon } from "../../support/daemons/in-process-daemon";
import { inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { send } from "../../support/http/raw-http";
import { testListeners, testToken } from "../../support/http/test-listener";
import { eventually } from "../../support/time/eventually";

const web = { id: 500, uid: "0".repeat(32), name: "web", image: "micro", labels: {} };

async function openStream(url: string, token: string, query = ""): Promise<IncomingMessage> {
  const request = get(new URL(`/events${query}`, url), {
    agent: false,
    headers: { authorization: `Bearer ${token}` },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response.setEncoding("utf8");
}

/** Reads until the text matches. */
async function readUntil(stream: IncomingMessage, pattern: RegExp): Promise<string> {
  let read = "";
  for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    read += part;
    if (pattern.test(read)) {
      return read;
    }
  }
  return assert.fail(`the stream ended after ${read}`);
}

describe("GET /events", () => {
  const newDaemon = inProcessDaemons();
  const newListener = testListeners();
  const tokenOf = ({ cloud }: InProcessDaemon): string => cloud.identity.token;

  it("sends each event as a server-sent one, with its id", async () => {
    const daemon = await newDaemon();
    const stream = await openStream(daemon.url, tokenOf(daemon), "?kind=ready&kind=destroyed");
    assert.equal(stream.headers["content-type"], "text/event-stream");
    const { id } = await daemon.client.call("instance.create", { name: "web", waitSeconds: 10 });
    await daemon.client.call("instance.destroy", { instance: id });
    const read = await readUntil(stream, /destroyed/);
    assert.match(
      read,
      /^event: caughtUp\nid: \w+-0\ndata: \{\}\n\nid: \w+-2\ndata: \{"id":"\w+-2",.*"kind":"ready","instance":\{"id":500,.*\n\nid: \w+-3\n.*"kind":"destroyed".*\n\n$/,
    );
    const again = await openStream(daemon.url, tokenOf(daemon), `?after=${/\w+-0/.exec(read)?.[0]}`);
    assert.match(await readUntil(again, /caughtUp/), /"created".*"ready".*"destroyed".*caughtUp/s);
    stream.destroy();
    again.destroy();
  });

  it("ends with the token, and with the listener", async () => {
    const daemon = await newDaemon();
    const { token } = await daemon.client.call("accessToken.add", { name: "ann", role: "user" });
    const stream = await openStream(daemon.url, token);
    await daemon.client.call("accessToken.revoke", { name: "ann" });
    assert.match(await text(stream), /^event: caughtUp/);
    const { url, listener } = await newListener();
    const other = await openStream(url, testToken);
    await listener.close();
    assert.match(await text(other), /^event: caughtUp/);
  });

  it("closes the connection of a client that does not read", async () => {
    const daemon = await newDaemon();
    const stream = await openStream(daemon.url, tokenOf(daemon));
    stream.pause();
    stream.on("error", () => undefined);
    const client = connect({ server: daemon.url, token: tokenOf(daemon) });
    for (let round = 0; round < 400 && !stream.destroyed; round += 1) {
      for (let count = 0; count < 200; count += 1) {
        daemon.cloud.events.tell("extended", web);
      }
      // Others are served in the meantime.
      await client.call("type.list", {});
    }
    client.close();
    stream.resume();
    await eventually(() => stream.destroyed, "the daemon closed the connection");
    assert.equal(stream.complete, false);
  });

  it("refuses what it cannot answer, in words", async () => {
    const daemon = await newDaemon();
    const authorization = `Bearer ${tokenOf(daemon)}`;
    const asked = async (
      path: string,
      headers: Record<string, string> = { authorization },
    ): Promise<[number, string]> => {
      const { status, body } = await send(daemon.url, { method: "GET", path, headers });
      return [status, body];
    };
    assert.match((await asked("/events?colour=red")).join(" "), /^400 .*no parameter .*colour/);
    assert.match((await asked("/events", {})).join(" "), /^401 /);
    assert.match((await asked("/events", { authorization, origin: "http://evil.test" })).join(" "), /^403 /);
    assert.equal((await asked("/openrpc.json?x=1"))[0], 404);
    assert.equal((await send(daemon.url, { path: "/events", headers: { authorization } })).status, 405);
  });
});
