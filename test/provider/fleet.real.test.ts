import assert from "node:assert/strict";
import { z } from "zod";
import type { Client, Fleet } from "../../client";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl me";

function web(args: string): string {
  return `
    const web = new Fleet("web", { count: 3, ${args} });
    exports.web = pulumi.all([web.count, web.namePrefix, web.status, web.unhealthy, web.ipAddresses]);
    exports.hosts = web.instances;
  `;
}

describe("a fleet under the real engine", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let daemon: TestDaemon;
  let client: Client;
  let stack: PulumiStack;

  before(async () => {
    daemon = await newDaemon({ words: ["--range", "198.18.0.2-198.18.0.41"] });
    await daemon.start();
    client = await daemon.client();
    stack = await newStack();
    stack.use(daemon);
  });

  async function onlyFleet(): Promise<Fleet> {
    const [summary, ...more] = await client.call("fleet.list", {});
    assert.ok(summary !== undefined && more.length === 0);
    return await client.call("fleet.get", { fleet: summary.name });
  }

  async function ids(): Promise<number[]> {
    return (await onlyFleet()).members.map(({ id }) => id);
  }

  it("creates all members as one resource", async () => {
    await stack.program(web(""));
    await stack.succeed("preview");
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.match(await stack.up(), /\+ 2 created/);
    const { name, members } = await onlyFleet();
    assert.match(name, /^web-[0-9a-f]{6}$/);
    assert.deepEqual(
      members.map((member) => member.name),
      [1, 2, 3].map((index) => `${name}-${index}`),
    );
    assert.deepEqual(await stack.output("web", z.array(z.unknown())), [
      ...[3, name, "ready", 0, members.map(({ ipAddress }) => ipAddress)],
    ]);
    assert.deepEqual(
      await stack.output("hosts", z.array(z.unknown())),
      members.map(({ id, name: member, ipAddress, hostname, sshHostKey }) => ({
        instanceId: id,
        name: member,
        ipAddress,
        hostname,
        sshHostKey,
      })),
    );
    const [instance] = await client.call("instance.list", {});
    assert.deepEqual(instance?.labels, {
      "minicloud/organization": "organization",
      "minicloud/project": "shop",
      "minicloud/stack": "test",
      "minicloud/resource": "web",
    });
  });

  it("does not change without a difference, even if arguments have another order or form", async () => {
    assert.match(await stack.up(), /2 unchanged/);
    await stack.refresh();
    await stack.isSettled();
    await stack.program(web(`waitFor: ["ssh"], labels: {}, keys: [], image: "micro", type: "basic"`));
    await stack.isSettled();
  });

  it("grows and shrinks in place at its end", async () => {
    const before = await ids();
    await stack.program(web("count: 5"));
    assert.match(await stack.up(), /~ 1 updated/);
    assert.deepEqual((await ids()).slice(0, 3), before);
    assert.equal((await ids()).length, 5);
    await stack.program(web("count: 2"));
    await stack.up();
    assert.deepEqual(await ids(), before.slice(0, 2));
    await stack.isSettled();
    await stack.program(web(""));
    await stack.up();
  });

  it("changes keys, labels, type and ttl in place", async () => {
    const before = await ids();
    const key = `const key = new Key("me", { publicKey: "${publicKey}" });`;
    await stack.program(
      `${key} ${web(`keys: [key.name], labels: { tier: "front" }, type: "light", ttl: "2h"`)}`,
    );
    assert.match(await stack.up(), /~ 1 updated/);
    const fleet = await onlyFleet();
    assert.deepEqual(
      fleet.members.map(({ id }) => id),
      before,
    );
    assert.deepEqual([fleet.type, fleet.labels.tier, fleet.ttlSeconds], ["light", "front", 7200]);
    await stack.refresh();
    await stack.isSettled();
  });

  it("replaces members for a new script, keeps their names and addresses, and hides a secret script", async () => {
    const before = await onlyFleet();
    const script = `pulumi.secret("echo s3cret")`;
    await stack.program(web(`userData: ${script}`));
    const output = await stack.up("--diff");
    assert.match(output, /~ 1 updated/);
    assert.doesNotMatch(output, /s3cret/);
    const { members } = await onlyFleet();
    for (const [index, member] of members.entries()) {
      const { name, ipAddress, id } = before.members[index] ?? {};
      assert.deepEqual([member.name, member.ipAddress], [name, ipAddress]);
      assert.notEqual(member.id, id);
    }
    await stack.refresh();
    await stack.isSettled();
    assert.doesNotMatch(JSON.stringify(await stack.deployment()), /s3cret/);
    assert.doesNotMatch(daemon.log, /s3cret/);
  });

  it("detects a lost member in a refresh, and replaces only that member in the next up", async () => {
    const [first, second, third] = await ids();
    assert.ok(second !== undefined);
    await client.call("instance.destroy", { instance: second });
    const { name } = await onlyFleet();
    assert.match(await stack.refresh(), /~ 1 updated/);
    const [{ outputs } = {}] = await stack.resources();
    assert.deepEqual([outputs?.status, outputs?.unhealthy], ["degraded", 1]);
    assert.match(await stack.up(), /~ 1 updated/);
    const [one, two, three] = await ids();
    assert.deepEqual([one, three], [first, third]);
    assert.notEqual(two, second);
    assert.equal((await onlyFleet()).name, name);
    await stack.isSettled();
  });

  it("is repaired by a plain up if Pulumi.yaml sets refresh: always", async () => {
    await stack.write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nmain: index.js\noptions:\n  refresh: always\n",
    );
    const [first] = await ids();
    assert.ok(first !== undefined);
    await client.call("instance.stop", { instance: first });
    await stack.up();
    assert.equal((await onlyFleet()).status, "ready");
    await stack.isSettled();
  });

  it("reports the number of free addresses if it needs more", async () => {
    const before = await ids();
    await stack.program(web("count: 100"));
    const output = await stack.fail("up", "--yes", "--skip-preview");
    assert.match(output, /error: 97 addresses are needed, and 37 of the 40 .* are free/);
    assert.deepEqual(await ids(), before);
    await stack.program(web(""));
    await stack.up();
    await stack.isSettled();
  });

  it("belongs to only one of two stacks that use the same name", async () => {
    const other = await newStack();
    other.use(daemon);
    const { name } = await onlyFleet();
    await other.program(`new Fleet("shop", { count: 1, namePrefix: "${name}" });`);
    assert.match(
      await other.fail("up", "--yes", "--skip-preview"),
      /error: The fleet "web-\w+" already exists and belongs to another resource: .*"web".*"shop"/,
    );
    assert.equal((await ids()).length, 3);
  });

  it("leaves nothing after a destroy", async () => {
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("fleet.list", {}), []);
    assert.deepEqual(await stack.resources(), []);
  });
});
