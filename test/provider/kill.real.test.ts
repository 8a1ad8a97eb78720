import assert from "node:assert/strict";
import type { Client } from "../../client";
import { HoldingProxy } from "../support/daemons/holding-proxy";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

describe("an engine that is killed during a create", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let daemon: TestDaemon;
  let client: Client;
  let proxy: HoldingProxy;
  let stack: PulumiStack;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
    client = await daemon.client();
  });

  beforeEach(async () => {
    proxy = new HoldingProxy(daemon.url);
    await proxy.start();
    stack = await newStack();
    stack.use(daemon);
    Object.assign(stack.environment, { MCC_SERVER: proxy.url, MCC_TOKEN: await daemon.token() });
    await stack.program(`exports.id = new Instance("web", { type: "basic" }).id;`);
  });

  afterEach(async () => {
    await stack.destroy();
    await proxy.stop();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  /** Starts an `up` and resolves when the daemon has answered a call, but nobody knows of it yet. */
  async function upUntil(method: string): Promise<number> {
    const answered = proxy.holdAnswer(method);
    const up = stack.start("up", "--yes", "--skip-preview");
    await answered;
    assert.ok(up.pid !== undefined);
    return up.pid;
  }

  /** Kills the engine, the program and the plugin. */
  async function killAll(): Promise<void> {
    for (const pid of await stack.processes()) {
      process.kill(pid, "SIGKILL");
    }
    await stack.hasEnded();
  }

  /** Asserts that there is one instance, of which Pulumi knows nothing, and that the next `up` makes it its own. */
  async function takesUpTheOne(): Promise<void> {
    const [made, ...more] = await client.call("instance.list", {});
    assert.ok(made !== undefined && more.length === 0);
    assert.equal((await stack.deployment()).pending_operations.length, 1);
    await stack.succeed("cancel", "--yes");
    await stack.up();
    const instances = await client.call("instance.list", {});
    assert.deepEqual(
      instances.map(({ id }) => id),
      [made.id],
    );
    assert.deepEqual(
      (await stack.resources()).map(({ id }) => id),
      [String(made.id)],
    );
    await stack.isSettled();
  }

  for (const method of ["instance.create", "instance.wait"]) {
    it(`leaves one instance when all of Pulumi dies before the answer to ${method}`, async () => {
      await upUntil(method);
      await killAll();
      await takesUpTheOne();
    });
  }

  it("leaves one instance that is recorded when all of Pulumi dies before the answer to instance.confirm", async () => {
    await upUntil("instance.confirm");
    await killAll();
    const made = await client.call("instance.list", {});
    await stack.run("cancel", "--yes");
    await stack.up();
    assert.deepEqual(await client.call("instance.list", {}), made);
    assert.equal((await stack.resources()).length, 1);
    await stack.isSettled();
  });

  it("leaves one instance, and no process, when the engine alone dies", async () => {
    const engine = await upUntil("instance.create");
    process.kill(engine, "SIGKILL");
    proxy.release();
    // The plugin notices within some seconds, which are used.
    await takesUpTheOne();
    await stack.hasEnded();
  });

  it("gives the instance what the program says by then", async () => {
    await upUntil("instance.create");
    await killAll();
    await stack.program(`exports.id = new Instance("web", { type: "light", labels: { a: "b" } }).id;`);
    await takesUpTheOne();
    const [instance] = await client.call("instance.list", {});
    assert.deepEqual([instance?.type, instance?.labels.a], ["light", "b"]);
  });

  it("records the instance also when the change that the program has by then fails", async () => {
    await upUntil("instance.create");
    await killAll();
    await stack.program(`new Instance("web", { type: "enormous" });`);
    await stack.succeed("cancel", "--yes");
    assert.match(await stack.fail("up", "--yes", "--skip-preview"), /No instance type "enormous"/);
    const [made, ...more] = await client.call("instance.list", {});
    assert.ok(made !== undefined && more.length === 0);
    assert.deepEqual(
      (await stack.resources()).map(({ id }) => id),
      [String(made.id)],
    );
    await stack.program(`new Instance("web", { type: "light" });`);
    await stack.up();
    assert.equal((await client.call("instance.get", { instance: made.id })).type, "light");
    await stack.isSettled();
  });

  for (const method of ["fleet.apply", "fleet.wait"]) {
    it(`leaves one fleet when all of Pulumi dies before the answer to ${method}`, async () => {
      await stack.program(`exports.id = new Fleet("web", { count: 3 }).id;`);
      await upUntil(method);
      await killAll();
      const [made, ...more] = await client.call("fleet.list", {});
      assert.ok(made !== undefined && more.length === 0);
      await stack.succeed("cancel", "--yes");
      await stack.up();
      const fleets = await client.call("fleet.list", {});
      assert.deepEqual(
        fleets.map(({ name, createdAt, status, counts }) => [name, createdAt, status, counts.ready]),
        [[made.name, made.createdAt, "ready", 3]],
      );
      // The killed attempt must not have a valid one any more.
      assert.notEqual(fleets[0]?.uid, made.uid);
      assert.equal((await client.call("instance.list", {})).length, 3);
      await stack.isSettled();
    });
  }

  it("replaces once when it dies between deleting and creating", async () => {
    await stack.up();
    await stack.program(`exports.id = new Instance("web", { hostname: "www" }).id;`);
    await upUntil("instance.create");
    await killAll();
    await takesUpTheOne();
    const [instance] = await client.call("instance.list", {});
    assert.equal(instance?.hostname, "www");
  });
});
