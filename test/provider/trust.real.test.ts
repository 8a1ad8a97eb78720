import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Client, Instance } from "../../client";
import { checkout } from "../support/checkout";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

describe("a stack with existing hosts and secrets under the real engine", function () {
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
  });

  beforeEach(async () => {
    stack = await newStack();
    stack.use(daemon);
  });

  afterEach(async () => {
    await stack.destroy();
    for (const { id } of await client.call("instance.list", {})) {
      await client.call("instance.destroy", { instance: id });
    }
  });

  async function onlyInstance(): Promise<Instance> {
    const [instance, ...more] = await client.call("instance.list", {});
    assert.ok(instance !== undefined && more.length === 0);
    return instance;
  }

  async function resourcesByUrn(): Promise<Record<string, unknown>> {
    return Object.fromEntries(
      (await stack.resources()).map(({ urn, inputs, outputs }) => [urn, { inputs, outputs }]),
    );
  }

  it("restarts a TTL in every up but not in a preview, and only warns if that fails", async () => {
    await stack.program(`new Instance("web", { ttl: "2h" }); new Fleet("all", { count: 1, ttl: 7200 });`);
    await stack.up();
    const expiries = async (): Promise<string[]> => {
      const [{ name } = { name: "" }] = await client.call("fleet.list", {});
      const fleet = await client.call("fleet.get", { fleet: name });
      const instances = await client.call("instance.list", { labels: { "minicloud/resource": "web" } });
      return [fleet.expiresAt ?? "", instances[0]?.expiresAt ?? ""];
    };
    const made = await expiries();
    await stack.isSettled();
    assert.deepEqual(await expiries(), made);
    assert.match(await stack.up(), /3 unchanged/);
    const renewed = await expiries();
    for (const [index, expiry] of renewed.entries()) {
      assert.ok(expiry > (made[index] ?? "~"), `${expiry} after ${made[index]}`);
    }
    await daemon.stop();
    const output = await stack.up();
    assert.match(output, /warning: Restarting the ttl failed: No MiniCloud daemon answers/);
    await daemon.start();
    await stack.refresh();
  });

  it("adopts an instance, changes it as the program says, and releases it unharmed", async () => {
    const { id } = await client.call("instance.create", { name: "old", labels: { a: "b" }, type: "light" });
    await client.call("instance.wait", { instance: id });
    const adopting = `new Instance("db", { adopt: ${id}, labels: { tier: "back" } }, { retainOnDelete: true });`;
    await stack.program(adopting);
    assert.match(await stack.up(), /2 created/);
    const { name, type, labels } = await onlyInstance();
    assert.deepEqual(
      [name, type, labels.tier, labels.a, labels["minicloud/resource"]],
      ["old", "light", "back", undefined, "db"],
    );
    await stack.isSettled();
    await stack.refresh();
    await stack.isSettled();
    await stack.program(adopting.replace(`adopt: ${id},`, ""));
    await stack.isSettled();
    await stack.destroy();
    assert.equal((await onlyInstance()).status, "running");
    await stack.program(adopting.replace(", { retainOnDelete: true }", ""));
    await stack.up();
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("shows a secret script nowhere", async () => {
    await stack.program(`new Instance("web", { userData: pulumi.secret("echo s3cret") });`);
    const outputs = [await stack.up("--diff"), await stack.refresh()];
    await stack.isSettled();
    await stack.program(`new Instance("web", { userData: pulumi.secret("echo s3cret".repeat(50000)) });`);
    outputs.push(await stack.fail("preview", "--diff"));
    assert.match(outputs.at(-1) ?? "", /userData: a userData script has at most 262144 bytes/);
    for (const text of [...outputs, JSON.stringify(await stack.deployment()), daemon.log]) {
      assert.doesNotMatch(text, /s3cret/);
    }
  });

  it("changes nothing after an upgrade of the library, and runs the new code", async () => {
    await stack.program(`new Instance("web"); new Fleet("all", { count: 2 });`);
    await stack.up();
    const before = await resourcesByUrn();
    const mark = join(stack.folder, "hooks-of-the-next-release");
    await upgradeLibrary(stack, mark);
    await stack.isSettled();
    assert.match(await stack.up(), /3 unchanged/);
    assert.deepEqual(await resourcesByUrn(), before);
    await stack.destroy();
    assert.equal(await readFile(mark, "utf8"), "loaded");
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("lists the images, types and instances of a server, also in a preview", async () => {
    await stack.program(`
      const web = new Instance("web", { name: "web", labels: { tier: "front" } });
      exports.images = minicloud.getImages().then(({ images }) => images.map(({ name }) => name));
      exports.types = minicloud.getInstanceTypesOutput().instanceTypes.apply((types) => types.map(({ name }) => name));
      exports.found = minicloud.getInstancesOutput({ labels: { tier: web.labels.tier } })
        .instances.apply((instances) => instances.map(({ name }) => name));
    `);
    assert.match(await stack.succeed("preview"), /images: \[\n\s+\[0\]: "micro"/);
    await stack.up();
    const names = z.array(z.string());
    assert.deepEqual(await stack.output("images", names), ["micro"]);
    assert.ok((await stack.output("types", names)).includes("basic"));
    assert.deepEqual(await stack.output("found", names), ["web"]);
  });
});

/** Gives the program a copy of the package with another version. Its hooks write a file when they are loaded. */
async function upgradeLibrary({ project }: PulumiStack, mark: string): Promise<void> {
  const packages = join(project, "node_modules");
  await rm(packages);
  await mkdir(packages);
  for (const name of await readdir(join(checkout, "node_modules"))) {
    if (name !== "minicloud") {
      await symlink(join(checkout, "node_modules", name), join(packages, name));
    }
  }
  const copy = join(packages, "minicloud");
  for (const folder of ["protocol", "client", "provider"]) {
    await cp(join(checkout, "dist", folder), join(copy, "dist", folder), { recursive: true });
  }
  const manifest = await readFile(join(checkout, "package.json"), "utf8");
  await writeFile(join(copy, "package.json"), manifest.replace(/"version": ".*"/, '"version": "99.0.0"'));
  await writeFile(
    join(copy, "dist", "provider", "hooks", "index.js"),
    `\nrequire("node:fs").writeFileSync(${JSON.stringify(mark)}, "loaded");\n`,
    { flag: "a" },
  );
}
