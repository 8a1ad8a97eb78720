import assert from "node:assert/strict";
import type { Client } from "../../client";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";
import { eventually } from "../support/time/eventually";

const firstKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl first";
const secondKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl second";

describe("programs with the same names under the real engine", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
    client = await daemon.client();
  });

  afterEach(async () => {
    for (const { id, fleet } of await client.call("instance.list", {})) {
      await (fleet === undefined ? client.call("instance.destroy", { instance: id }) : Promise.resolve());
    }
    for (const { name } of await client.call("fleet.list", {})) {
      await client.call("fleet.destroy", { fleet: name });
    }
    for (const { name } of await client.call("key.list", {})) {
      await client.call("key.remove", { name });
    }
  });

  async function stackWith(program: string): Promise<PulumiStack> {
    const stack = await newStack();
    stack.use(daemon);
    await stack.program(program);
    return stack;
  }

  /** Returns ids and uids, so that a new instance with the same id is noticed. */
  async function lives(): Promise<string[]> {
    const instances = await client.call("instance.list", {});
    return instances.map(({ id, uid }) => `${id} ${uid}`).sort();
  }

  it("do not change each other's hosts if their states are separate", async () => {
    const a = await stackWith(`new Fleet("web", { count: 3 }); new Instance("db");`);
    const b = await stackWith(`new Fleet("web", { count: 1 }); new Instance("db");`);
    await a.up();
    const before = await lives();
    assert.equal(before.length, 4);
    const refusal = await b.fail("up", "--yes", "--skip-preview");
    assert.match(
      refusal,
      /belongs to urn:pulumi:test::shop::.*recorded in another state.*minicloud:namespace/s,
    );
    assert.deepEqual(await lives(), before);
    await b.destroy();
    assert.deepEqual(await lives(), before);
    await a.isSettled();

    await b.succeed("config", "set", "minicloud:namespace", "b");
    await b.up();
    assert.equal((await lives()).length, before.length + 2);
    await b.destroy();
    assert.deepEqual(await lives(), before);
    await a.destroy();
    assert.deepEqual(await lives(), []);
  });

  it("cannot both create the same host at once", async () => {
    const stacks = [await stackWith(`new Instance("db");`), await stackWith(`new Instance("db");`)];
    const outcomes = await Promise.all(stacks.map((stack) => stack.run("up", "--yes", "--skip-preview")));
    assert.deepEqual(
      outcomes.map(({ exitCode }) => exitCode === 0).sort(),
      [false, true],
      outcomes[0]?.output,
    );
    const before = await lives();
    assert.equal(before.length, 1);
    const loser = stacks[outcomes.findIndex(({ exitCode }) => exitCode !== 0)];
    const winner = stacks.find((stack) => stack !== loser);
    await loser?.destroy();
    assert.deepEqual(await lives(), before);
    await winner?.isSettled();
    await winner?.destroy();
    assert.deepEqual(await lives(), []);
  });

  it("have separate hosts in a renamed stack and a new stack with its old name", async () => {
    const stack = await stackWith(
      `new Fleet("web", { count: 2 }); new Instance("db"); new Key("me", { publicKey: ${JSON.stringify(firstKey)} });`,
    );
    await stack.up();
    const before = await lives();
    await stack.succeed("stack", "rename", "prod");
    await stack.succeed("stack", "init", "test");
    const refusal = await stack.fail("up", "--yes", "--skip-preview");
    assert.match(refusal, /minicloud:namespace/);
    await stack.destroy();
    assert.deepEqual(await lives(), before);

    await stack.succeed("stack", "select", "prod");
    await stack.up();
    await stack.succeed("stack", "select", "test");
    await stack.up();
    assert.equal((await lives()).length, 2 * before.length);
    await stack.destroy();
    assert.deepEqual(await lives(), before);
    await stack.succeed("stack", "select", "prod");
    await stack.destroy();
    assert.deepEqual(await lives(), []);
  });

  it("create a new host for a name that another resource left by an alias", async () => {
    const stack = await stackWith(`new Instance("db");`);
    await stack.up();
    const [before = ""] = await lives();
    await stack.program(`new Instance("store", {}, { aliases: [{ name: "db" }] });`);
    await stack.up();
    assert.deepEqual(await lives(), [before]);
    await stack.program(`new Instance("store", {}, { aliases: [{ name: "db" }] }); new Instance("db");`);
    await stack.up();
    const both = await lives();
    assert.equal(both.length, 2);
    assert.ok(both.includes(before));
    await stack.isSettled();
    await stack.program(`new Instance("store", {}, { aliases: [{ name: "db" }] });`);
    await stack.up();
    assert.deepEqual(await lives(), [before]);
    await stack.destroy();
  });

  it("create a new host for a name from which another resource moved into a component", async () => {
    const shop = `
      class Shop extends pulumi.ComponentResource { constructor() { super("shop:index:Shop", "shop"); } }
      const options = { parent: new Shop(), aliases: [{ parent: pulumi.rootStackResource }] };
      new Instance("db", {}, options);`;
    const stack = await stackWith(`new Instance("db");`);
    await stack.up();
    const [before = ""] = await lives();
    await stack.program(shop);
    await stack.up();
    assert.deepEqual(await lives(), [before]);
    await stack.program(`${shop.replace(/aliases: .*\]/, "")}\nnew Instance("db");`);
    await stack.up();
    const both = await lives();
    assert.equal(both.length, 2);
    assert.ok(both.includes(before));
    await stack.destroy();
    assert.deepEqual(await lives(), []);
  });

  it("do not replace each other's keys, even in an up that fails", async () => {
    const program = (key: string): string =>
      `const key = new Key("me", { name: "me", publicKey: ${JSON.stringify(key)} }); new Instance("db", { keys: [key.name] });`;
    const a = await stackWith(program(firstKey));
    const b = await stackWith(program(secondKey));
    await a.up();
    await b.fail("up", "--yes", "--skip-preview");
    const [key] = await client.call("key.list", {});
    assert.equal(key?.publicKey, firstKey);
    await b.destroy();
    assert.equal((await client.call("key.list", {})).length, 1);
    await a.destroy();
  });

  it("retain a replaced host with retainOnDelete, so that others can adopt it", async () => {
    const options = `{ retainOnDelete: true }`;
    const stack = await stackWith(`new Instance("db", { userData: "true" }, ${options});`);
    await stack.up();
    const [before = ""] = await lives();
    await stack.program(`new Instance("db", { userData: "echo" }, ${options});`);
    await stack.up();
    const both = await lives();
    assert.equal(both.length, 2);
    assert.ok(both.includes(before));
    await stack.isSettled();

    const adopter = await newStack();
    adopter.use(daemon);
    await adopter.program(`new Instance("old", { adopt: ${before.split(" ")[0]} });`);
    await adopter.up();
    assert.equal((await lives()).length, 2);
    await adopter.destroy();
    assert.deepEqual(
      await lives(),
      both.filter((life) => life !== before),
    );
  });

  it("retain hosts after --replace and a destroy, and create a new host each time", async () => {
    const stack = await stackWith(`new Instance("db", {}, { retainOnDelete: true });`);
    await stack.up();
    const [first = ""] = await lives();
    const [{ urn } = { urn: "" }] = await stack.resources();
    await stack.up("--replace", urn);
    assert.equal((await lives()).length, 2);
    await stack.destroy();
    assert.equal((await lives()).length, 2);
    await stack.up();
    const all = await lives();
    assert.equal(all.length, 3);
    assert.ok(all.includes(first));
    await stack.isSettled();
  });

  it("retain a host whose retainOnDelete a stack transformation has set", async () => {
    const program = (args: string): string => `
      pulumi.runtime.registerStackTransformation(({ props, opts }) => ({ props, opts: { ...opts, retainOnDelete: true } }));
      new Instance("db", { ${args} });
    `;
    const stack = await stackWith(program(`hostname: "one"`));
    await stack.up();
    const [before = ""] = await lives();
    await stack.program(program(`hostname: "two", name: "another"`));
    await stack.up();
    const both = await lives();
    assert.equal(both.length, 2);
    assert.ok(both.includes(before));
    await stack.isSettled();
  });

  it("adopt no host that belongs to another resource", async () => {
    const owner = await stackWith(`new Instance("db", { name: "db" });`);
    await owner.up();
    const before = await lives();
    const adopter = await stackWith(`new Instance("mine", { adopt: "db" });`);
    assert.match(
      await adopter.fail("up", "--yes", "--skip-preview"),
      /Instance \d+ \(db\) cannot be adopted: it belongs to urn:.*::db\./,
    );
    await adopter.destroy();
    assert.deepEqual(await lives(), before);
    await owner.isSettled();
    await owner.destroy();
  });

  it("create a new fleet and a new key for names that other resources left", async () => {
    const both = (name: string, options: (place: string) => string): string => `
      new Fleet("${name}-fleet", { count: 2 }, ${options("fleet")});
      new Key("${name}-key", { publicKey: ${JSON.stringify(firstKey)} }, ${options("key")});
    `;
    const moved = both("new", (place) => `{ aliases: [{ name: "old-${place}" }] }`);
    const stack = await stackWith(both("old", () => "{}"));
    await stack.up();
    const before = await lives();
    await stack.program(moved);
    await stack.up();
    assert.deepEqual(await lives(), before);
    await stack.program(both("new", () => "{}") + both("old", () => "{}"));
    await stack.up();
    const all = await lives();
    assert.equal(all.length, 4);
    assert.ok(before.every((life) => all.includes(life)));
    assert.equal((await client.call("key.list", {})).length, 2);
    await stack.isSettled();
    await stack.program(both("new", () => "{}"));
    await stack.up();
    assert.deepEqual(await lives(), before);
    await stack.destroy();
    assert.deepEqual(await lives(), []);
    assert.deepEqual(await client.call("key.list", {}), []);
  });

  it("record an unrecorded host of a killed up in the next up, with another uid", async () => {
    const stack = await stackWith(`new Instance("db", { waitFor: { command: ["sleep", "3"] } });`);
    const up = stack.start("up", "--yes", "--skip-preview");
    await eventually(async () => (await lives()).length === 1, "the instance is being created");
    up.kill("SIGKILL");
    await up;
    await stack.hasEnded();
    const [left = ""] = await lives();
    await stack.run("cancel", "--yes");
    await stack.up();
    const after = await lives();
    assert.equal(after.length, 1);
    assert.notEqual(after[0], left);
    await stack.destroy();
    assert.deepEqual(await lives(), []);
  });

  it("are distinguished by the owner that the daemon shows", async () => {
    const stack = await stackWith(`new Instance("db");`);
    await stack.up();
    await eventually(async () => {
      const [instance] = await client.call("instance.list", {});
      return instance?.owner?.urn === "urn:pulumi:test::shop::pulumi-nodejs:dynamic/minicloud:Instance::db";
    }, "the daemon shows the owner");
    await stack.destroy();
  });
});
