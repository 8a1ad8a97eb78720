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

  /** Starts an `up`. Resolves when the daemon has answered the call, but the answer has not reached the provider. */
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

  /** Asserts that there is one instance, which Pulumi has not recorded, and that the next `up` records it. */
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
    it(`leaves one instance if all of Pulumi is killed before the answer to ${method}`, async () => {
      await upUntil(method);
      await killAll();
      await takesUpTheOne();
    });
  }

  it("leaves one recorded instance if all of Pulumi is killed before the answer to instance.confirm", async () => {
    await upUntil("instance.confirm");
    await killAll();
    const made = await client.call("instance.list", {});
    await stack.run("cancel", "--yes");
    await stack.up();
    assert.deepEqual(await client.call("instance.list", {}), made);
    assert.equal((await stack.resources()).length, 1);
    await stack.isSettled();
  });

  it("leaves one instance and no process if only the engine is killed", async () => {
    const engine = await upUntil("instance.create");
    process.kill(engine, "SIGKILL");
    proxy.release();
    // The plugin notices this within some seconds. The next `up` runs during that time.
    await takesUpTheOne();
    await stack.hasEnded();
  });

  it("applies the arguments of the next program to the instance", async () => {
    await upUntil("instance.create");
    await killAll();
    await stack.program(`exports.id = new Instance("web", { type: "light", labels: { a: "b" } }).id;`);
    await takesUpTheOne();
    const [instance] = await client.call("instance.list", {});
    assert.deepEqual([instance?.type, instance?.labels.a], ["light", "b"]);
  });

  it("records the instance even if the change of the next program fails", async () => {
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
    it(`leaves one fleet if all of Pulumi is killed before the answer to ${method}`, async () => {
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
      // The uid of the killed attempt must no longer be valid.
      assert.notEqual(fleets[0]?.uid, made.uid);
      assert.equal((await client.call("instance.list", {})).length, 3);
      await stack.isSettled();
    });
  }

  it("replaces a host once if it is killed between the deletion and the creation", async () => {
    await stack.up();
    await stack.program(`exports.id = new Instance("web", { hostname: "www" }).id;`);
    await upUntil("instance.create");
    await killAll();
    await takesUpTheOne();
    const [instance] = await client.call("instance.list", {});
    assert.equal(instance?.hostname, "www");
  });
});
