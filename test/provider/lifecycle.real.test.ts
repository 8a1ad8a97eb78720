import assert from "node:assert/strict";
import { z } from "zod";
import type { Client } from "../../client";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { loginLines } from "../support/login-lines";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

const firstKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl first";
const secondKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl second";

/** A key, with the line feed of its file, an instance with this key, and an instance without arguments. */
function shop(web: string, publicKey = firstKey): string {
  return `
    const key = new Key("me", { publicKey: ${JSON.stringify(`${publicKey}\n`)} });
    const web = new Instance("web", { keys: [key.name], ${web} });
    const db = new Instance("db");
    exports.web = pulumi.all([web.id, web.instanceId, web.name, web.ipAddress, web.hostname, web.status, web.image,
      web.type, web.sshHostKey, web.simulated]);
    exports.fingerprint = key.fingerprint;
  `;
}

describe("a stack under the real engine", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let daemon: TestDaemon;
  let client: Client;
  let stack: PulumiStack;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
    client = await daemon.client();
    stack = await newStack();
    stack.use(daemon);
    await stack.program(shop(""));
  });

  async function idOf(name: RegExp): Promise<number> {
    const instances = await client.call("instance.list", {});
    const found = instances.filter((instance) => name.test(instance.name));
    assert.equal(found.length, 1, `instances: ${instances.map((instance) => instance.name).join(" ")}`);
    return found[0]?.id ?? 0;
  }

  async function authorizedKeys(instance: number): Promise<string> {
    const command = ["cat", "/root/.ssh/authorized_keys"];
    const { stdout } = await client.call("instance.exec", { instance, command });
    return loginLines(Buffer.from(stdout, "base64").toString());
  }

  it("creates everything in the first up", async () => {
    await stack.succeed("preview");
    assert.deepEqual(await client.call("instance.list", {}), []);
    await stack.up();
    const instances = await client.call("instance.list", {});
    const web = instances.find(({ name }) => /^web-[0-9a-f]{6}$/.test(name));
    assert.ok(web !== undefined && instances.length === 2);
    assert.deepEqual(await stack.output("web", z.array(z.unknown())), [
      ...[
        String(web.id),
        web.id,
        web.name,
        web.ipAddress,
        web.name,
        "running",
        "micro",
        "basic",
        web.sshHostKey,
        true,
      ],
    ]);
    assert.match(await stack.output("fingerprint", z.string()), /^SHA256:[A-Za-z0-9+/]{43}$/);
    assert.deepEqual(web.labels, {
      "minicloud/organization": "organization",
      "minicloud/project": "shop",
      "minicloud/stack": "test",
      "minicloud/resource": "web",
    });
    assert.equal(await authorizedKeys(web.id), `${firstKey}\n`);
  });

  it("shows no difference in a refresh after the first up", async () => {
    const inputsByUrn = async (): Promise<object> =>
      Object.fromEntries((await stack.resources()).map(({ urn, inputs }) => [urn, inputs]));
    const before = await inputsByUrn();
    assert.doesNotMatch(await stack.succeed("preview", "--refresh"), /\[diff: /);
    await stack.refresh();
    assert.deepEqual(await inputsByUrn(), before);
  });

  it("does not change without a difference in the program", async () => {
    assert.match(await stack.up(), /4 unchanged/);
    assert.doesNotMatch(await stack.refresh(), /\[diff: /);
    await stack.isSettled();
  });

  it("has a small state without secrets", async () => {
    const state = JSON.stringify(await stack.deployment());
    assert.doesNotMatch(state, new RegExp(await daemon.token()));
    for (const resource of await stack.resources()) {
      assert.ok(
        JSON.stringify(resource).length < 8000,
        `${resource.urn} has ${JSON.stringify(resource).length} characters`,
      );
    }
  });

  it("changes keys, labels, name and type in place", async () => {
    const id = await idOf(/^web-/);
    await stack.program(shop(`name: "www", type: "light", labels: { tier: "front" }, waitFor: "running"`));
    assert.match(await stack.up(), /~ 1 updated/);
    const web = await client.call("instance.get", { instance: id });
    assert.deepEqual([web.name, web.type, web.labels.tier], ["www", "light", "front"]);
    assert.match(web.hostname, /^web-/, "a rename leaves the host name");
    await stack.refresh();
    await stack.isSettled();
  });

  it("brings a changed public key to the instances that use it", async () => {
    const id = await idOf(/^www$/);
    await stack.program(shop(`name: "www", type: "light", labels: { tier: "front" }`, secondKey));
    assert.match(await stack.up(), /~ 1 updated/);
    assert.equal(await authorizedKeys(id), `${secondKey}\n`);
    await stack.isSettled();
  });

  it("resets name and type to their defaults in place if they are omitted", async () => {
    const id = await idOf(/^www$/);
    await stack.program(shop(`labels: { tier: "front" }`, secondKey));
    await stack.up();
    const web = await client.call("instance.get", { instance: id });
    assert.match(web.name, /^web-[0-9a-f]{6}$/);
    assert.equal(web.type, "basic");
  });

  it("replaces an instance for another host name or address, with the deletion first", async () => {
    const id = await idOf(/^web-/);
    const { ipAddress } = await client.call("instance.get", { instance: id });
    await stack.program(shop(`name: "www", hostname: "www.example", ipAddress: "${ipAddress}"`, secondKey));
    assert.match(await stack.up(), /1 replaced/);
    const next = await client.call("instance.get", { instance: await idOf(/^www$/) });
    assert.notEqual(next.id, id);
    assert.deepEqual([next.hostname, next.ipAddress], ["www.example", ipAddress]);
    await stack.isSettled();
  });

  it("replaces an instance on request of pulumi up --replace", async () => {
    const id = await idOf(/^www$/);
    const resource = (await stack.resources()).find(({ urn }) => urn.endsWith("::web"));
    assert.match(await stack.up("--replace", resource?.urn ?? ""), /1 replaced/);
    assert.notEqual(await idOf(/^www$/), id);
  });

  it("creates an instance again that was destroyed outside of Pulumi", async () => {
    const id = await idOf(/^db-/);
    await client.call("instance.destroy", { instance: id });
    await stack.refresh();
    assert.match(await stack.up(), /1 created/);
    assert.notEqual(await idOf(/^db-/), id);
    await stack.isSettled();
  });

  it("starts an instance again that was stopped outside of Pulumi", async () => {
    const id = await idOf(/^db-/);
    await client.call("instance.stop", { instance: id });
    await stack.refresh();
    assert.match(await stack.up(), /~ 1 updated/);
    assert.equal((await client.call("instance.get", { instance: id })).status, "running");
    await stack.isSettled();
  });

  it("says what to do if a changed instance no longer exists", async () => {
    const id = await idOf(/^db-/);
    await client.call("instance.destroy", { instance: id });
    await stack.program(
      `${shop(`name: "www", hostname: "www.example"`, secondKey)} new Instance("more", { name: "more" });`.replace(
        `new Instance("db")`,
        `new Instance("db", { labels: { a: "b" } })`,
      ),
    );
    assert.match(
      await stack.fail("up", "--yes", "--skip-preview"),
      /instance \d+ \(db-\w+\), but it no longer exists .*pulumi refresh/,
    );
    await stack.refresh();
    await stack.up();
    await stack.isSettled();
  });

  it("leaves nothing after a destroy", async () => {
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("key.list", {}), []);
    assert.deepEqual(await stack.resources(), []);
  });
});
