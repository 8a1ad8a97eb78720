import assert from "node:assert/strict";
import { type MethodName, methodTable } from "../../../../protocol/methods/method-table";
import { decodeResponse } from "../../../../protocol/wire/codec";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { type Listener, openListener } from "../../../../server/http/listener";
import { createDispatch } from "../../../../server/methods/calls/dispatch";
import { eventStreams } from "../../../../server/methods/event-stream";
import { type CapturedLog, captureLog } from "../../../support/captured-log";
import { adminDispatch } from "../../../support/daemons/admin-dispatch";
import { testClouds } from "../../../support/daemons/test-cloud";
import { noMetrics } from "../../../support/http/no-metrics";
import { send } from "../../../support/http/raw-http";
import {
  type Call,
  good,
  inMulticall,
  oddCalls,
  type Place,
  positional,
  publicKey,
} from "../../../support/wire/odd-calls";
import { binaryValues, oddStructs, oddValues, Written, writeCall } from "../../../support/wire/odd-values";

describe("odd parameters", () => {
  const newCloud = testClouds();
  let captured: CapturedLog;
  let listener: Listener;
  let url: string;
  before(async () => {
    captured = captureLog();
    const { log } = captured;
    log.level = "error";
    const { cloud } = await newCloud();
    const dispatch = adminDispatch(cloud, log);
    listener = await openListener({
      address: "127.0.0.1",
      port: 0,
      callerOf: () => localAdmin,
      log,
      dispatch: createDispatch(cloud, log),
      eventsOf: eventStreams(cloud.events),
      metrics: noMetrics,
    });
    url = `http://127.0.0.1:${listener.port}`;
    await dispatch("key.add", [{ name: "me", publicKey }]);
    await dispatch("instance.create", [{ name: "web", waitFor: "running", waitSeconds: 10 }]);
    await dispatch("fleet.apply", [{ name: "load", count: 1, waitFor: "running" }]);
    await dispatch("fleet.wait", [{ fleet: "load" }]);
  });
  after(() => listener.close());

  async function answer({ method, parameters }: Call): Promise<unknown> {
    return await decodeResponse((await send(url, { body: writeCall(method, parameters) })).body);
  }

  /** Makes the calls, a hundred in one message, and then checks that the daemon still answers. */
  async function make(calls: readonly Call[]): Promise<void> {
    for (let at = 0; at < calls.length; at += 100) {
      const some = calls.slice(at, at + 100);
      const params = some.map((call) => ({ methodName: call.method, params: call.parameters }));
      const answers = await answer({ method: "system.multicall", parameters: [params] });
      assert.ok(Array.isArray(answers) && answers.length === some.length);
      for (const [index, { method, parameters }] of some.entries()) {
        assert.notEqual(faultCode(answers[index]), 500, writeCall(method, parameters));
      }
    }
    assertNoDefect();
    const info = await answer({ method: "server.info", parameters: [] });
    assert.ok(typeof info === "object" && info !== null && "serverId" in info);
  }

  function assertNoDefect(): void {
    assert.deepEqual(
      captured.lines.filter(({ msg }) => msg === "internal error"),
      [],
    );
    captured.lines.length = 0;
  }

  for (const method of Object.keys(methodTable) as MethodName[]) {
    it(`never cause an internal error in ${method}`, async () => {
      await make([...oddValues, ...oddStructs].flatMap((value) => oddCalls(method, value)));
    });
  }

  it("never cause an internal error in a method with positional parameters", async () => {
    for (const value of [...oddValues, ...oddStructs]) {
      await make(
        Object.entries(positional).flatMap(([method, places]) =>
          places.map((place) => ({ method, parameters: place(value) })),
        ),
      );
    }
  });

  it("never cause an internal error in system.multicall", async () => {
    for (const value of [...oddValues, ...oddStructs]) {
      for (const place of inMulticall) {
        const { status, body } = await send(url, { body: writeCall("system.multicall", place(value)) });
        assert.equal(status, 200);
        assert.doesNotMatch(body, /faultCode<\/name><value><int>500</);
      }
    }
    await make([]);
  });

  it("are refused by every method if they contain base64 or a dateTime in any place", async () => {
    const methods = [
      ...[...Object.keys(methodTable), "system.multicall"],
      ...Object.keys(positional).filter((name) => name !== "no.such_method"),
    ];
    const places: Place[] = [
      (value) => value,
      (value) => ({ ...good, labels: { a: value } }),
      (value) => ({ command: [value] }),
      (value) => [{ methodName: "server.info", params: [value] }],
    ];
    for (const method of methods) {
      for (const value of binaryValues) {
        for (const place of places) {
          const { body } = await send(url, { body: writeCall(method, [place(value)]) });
          assert.match(body, /faultCode<\/name><value><int>400</);
          assert.match(
            body,
            /has the type (base64|dateTime\.iso8601), which no method accepts; send a string/,
          );
        }
      }
    }
    await make([]);
  });

  it("are refused quickly if a call has 12 MB of bytes in place of a struct", async () => {
    const bytes = new Written(`<base64>${"QUJD".repeat(4_000_000)}</base64>`);
    const body = writeCall("instance.create", [bytes]);
    assert.match((await send(url, { body })).body, /instance\.create: parameter 1 has the type base64/);
    await make([]);
  });
});

function faultCode(answered: unknown): unknown {
  return typeof answered === "object" && answered !== null && "faultCode" in answered
    ? answered.faultCode
    : undefined;
}
