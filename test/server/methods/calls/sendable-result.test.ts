import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import sinon from "sinon";
import { createDispatch } from "../../../../server/methods/calls/dispatch";
import { sendableResult } from "../../../../server/methods/calls/sendable-result";
import { adminDispatch } from "../../../support/daemons/admin-dispatch";
import { createReady, settled, testClouds } from "../../../support/daemons/test-cloud";
import { testListeners, testToken } from "../../../support/http/test-listener";
import { callRaw } from "../../../support/wire/wire";

const log = pino({ level: "silent" });
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me-here";

describe("results with characters that XML cannot contain", () => {
  const newCloud = testClouds();
  const listen = testListeners();
  afterEach(() => sinon.restore());

  it("have U+FFFD in their places, in texts and in names", () => {
    assert.deepEqual(
      sendableResult({ "a\uffff": ["\ufffe", { b: "c\0\ud800" }, 1, null, true, undefined] }),
      {
        "a\ufffd": ["\ufffd", { b: "c\ufffd\ufffd" }, 1, null, true, undefined],
      },
    );
  });

  it("are sent, also from an earlier release's records", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    await adminDispatch(cloud, log)("key.add", [{ name: "me", publicKey }]);
    const { id } = await createReady(cloud, { name: "web", labels: { note: "a-b" }, waitFor: "running" });
    await spoil(join(stateFolder, "keys", "me.json"), "me-here", "me\uffffhere");
    await settled(cloud);
    await spoil(join(stateFolder, "instances", String(id), "instance.json"), "a-b", "a\ufffeb");
    const { url } = await listen({ dispatch: createDispatch(await reopen(), log) });
    const daemon = { url, token: testToken };
    const shown = async (method: string): Promise<string> =>
      JSON.stringify(await callRaw(daemon, method, {}));
    assert.match(await shown("key.list"), /me\ufffdhere/);
    assert.match(await shown("instance.list"), /"note":"a\ufffdb"/);
    assert.deepEqual(await callRaw(daemon, "instance.destroy", { instance: id }), { destroyed: true });
  });

  it("are sent when system.multicall collects them", async () => {
    const { cloud, driver } = await newCloud();
    const nothing = { name: undefined, hostname: undefined, image: undefined };
    sinon
      .stub(driver, "foreign")
      .resolves([{ ...nothing, engineId: "101", status: "a\uffff", ipAddresses: [] }]);
    const { url } = await listen({ dispatch: createDispatch(cloud, log) });
    const daemon = { url, token: testToken };
    const calls = [{ methodName: "instance.listForeign" }, { methodName: "no\ufffdmethod" }];
    assert.match(JSON.stringify(await callRaw(daemon, "system.multicall", calls)), /a\ufffd.*no method/i);
  });
});

async function spoil(path: string, before: string, after: string): Promise<void> {
  const text = await readFile(path, "utf8");
  assert.ok(text.includes(before));
  await writeFile(path, text.replaceAll(before, after));
}
