import assert from "node:assert/strict";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../client";
import { checkout } from "../support/checkout";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl me";
const shop = `
  const key = new Key("me", { publicKey: "${publicKey}" });
  new Instance("web", { keys: [key.name] });
`;

describe("failures under the real engine", function () {
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
  });

  /** Asserts that each failure is reported once, on one line, and without a stack trace. */
  function assertPlain(output: string): void {
    assert.doesNotMatch(output, /\n\s+at |node_modules|MccError|Error:/);
    const diagnostics = output.slice(output.indexOf("\nDiagnostics:"));
    const told = diagnostics.match(/error: .*/g)?.filter((line) => line !== "error: update failed") ?? [];
    const owners = diagnostics.match(/^ {2}pulumi-nodejs:dynamic\/minicloud:.*$/gm) ?? [];
    assert.equal(told.length, owners.length, diagnostics);
  }

  it("report every wrong argument of a resource at once, by property", async () => {
    await stack.program(`
      new Instance("web", { name: "a b", image: "../etc", keys: ["me", "me"], waitFor: "coffee", imgae: "x" });
    `);
    const output = await stack.fail("up", "--yes", "--skip-preview");
    for (const property of ["name", "image", "keys", "waitFor", "imgae"]) {
      assert.match(output, new RegExp(`resource 'web': property ${property} value .* has a problem: `));
    }
  });

  it("refuse a private key with advice, and do not print it", async () => {
    await stack.program(`
      const privateKey = ["-----BEGIN OPENSSH PRIVATE KEY-----", "c2VjcmV0", "-----END OPENSSH PRIVATE KEY-----"];
      new Key("me", { publicKey: privateKey.join("\\n") });
    `);
    const output = await stack.fail("up", "--yes", "--skip-preview");
    assert.match(
      output,
      /resource 'me' has a problem: publicKey: .* private key, which must not leave your machine/,
    );
    assert.doesNotMatch(output, /c2VjcmV0/);
    assert.deepEqual(await client.call("key.list", {}), []);
  });

  it("list the available names if a named image, type or key does not exist", async () => {
    await stack.program(`
      new Instance("a", { image: "debian-99" });
      new Instance("b", { type: "enormous" });
      new Instance("c", { keys: ["nobody"] });
      new Instance("d", { ipAddress: "10.0.0.1" });
    `);
    // Without --continue-on-error, the engine creates no other resource after the first failure.
    const output = await stack.fail("up", "--yes", "--skip-preview", "--continue-on-error");
    assert.match(output, /error: No image "debian-99"\. This server has: micro/);
    assert.match(output, /error: .*"enormous".*basic/);
    assert.match(output, /error: No key "nobody"/);
    assert.match(output, /error: .*10\.0\.0\.1/);
    assertPlain(output);
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("report an unreachable daemon in one line for every command", async () => {
    await stack.program(shop);
    await stack.up();
    await daemon.stop();
    const asked = [["refresh"], ["destroy"], ["up", "--replace", (await stack.resources())[0]?.urn ?? ""]];
    for (const words of asked) {
      const output = await stack.fail(...words, "--yes", "--skip-preview");
      assert.match(
        output,
        /error: No MiniCloud daemon answers at http:\S+: the connection was refused\. Start one/,
      );
      assertPlain(output);
    }
    const other = await newStack();
    other.use(daemon);
    await other.program(`new Instance("web");`);
    const output = await other.fail("up", "--yes", "--skip-preview");
    assert.match(output, /error: No MiniCloud daemon answers at/);
    assertPlain(output);
    assert.equal((await stack.resources()).length, 2);
  });

  it("explain that another daemon did not create the hosts, and change nothing", async () => {
    await daemon.start();
    await stack.up("--refresh");
    const resources = await stack.resources();
    const other = await newDaemon();
    await other.start();
    stack.use(other);
    for (const command of ["refresh", "destroy"]) {
      const output = await stack.fail(command, "--yes", "--skip-preview");
      assert.match(output, /error: This is not the server that created instance \d+: .*Set MCC_SERVER/);
      assertPlain(output);
    }
    assert.deepEqual(await stack.resources(), resources);
    assert.equal((await client.call("instance.list", {})).length, 1);
    stack.use(daemon);
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  it("begins again on a rebuilt host after the resources of the old one were removed from the state", async () => {
    const labelled = (tier: string): string =>
      `new Instance("web", { labels: { tier: "${tier}" } }, { replaceOnChanges: ["labels"] });`;
    await stack.program(labelled("front"));
    await stack.up();
    const [first] = await client.call("instance.list", {});
    await stack.program(labelled("back"));
    await stack.up();
    const [changed] = await client.call("instance.list", {});
    assert.equal(changed?.labels.tier, "back");
    assert.equal(changed.uid, first?.uid, "replaceOnChanges has no effect with a dynamic provider");
    const rebuilt = await newDaemon();
    await rebuilt.start();
    stack.use(rebuilt);
    const output = await stack.fail("refresh", "--yes", "--skip-preview");
    assert.match(output, /error: This is not the server .*no longer exists, .*pulumi state delete --all/);
    await stack.succeed("state", "delete", "--all", "--yes");
    await stack.up();
    const hosts = await (await rebuilt.client()).call("instance.list", {});
    assert.deepEqual(
      hosts.map(({ labels }) => labels.tier),
      ["back"],
    );
    await stack.destroy();
    stack.use(daemon);
    await client.call("instance.destroy", { instance: changed.id });
  });

  it("says in one line what to install if only a library of the program has the package", async () => {
    const other = await newStack();
    other.use(daemon);
    const modules = join(other.project, "node_modules");
    const library = join(other.project, "library");
    await rm(modules);
    await Promise.all([mkdir(modules), mkdir(join(library, "node_modules"), { recursive: true })]);
    await symlink(join(checkout, "node_modules", "@pulumi"), join(modules, "@pulumi"));
    await symlink(checkout, join(library, "node_modules", "minicloud"));
    await other.write(
      "library/index.js",
      `exports.web = () => new (require("minicloud").Instance)("web");\n`,
    );
    await other.write("index.js", `require("./library").web();\n`);
    const output = await other.fail("up", "--yes", "--skip-preview");
    assert.match(
      output,
      /The package minicloud is not a dependency of the program in \S+\/project, .*npm install/,
    );
    assert.doesNotMatch(output, /\n\s+at |Cannot find module/);
    await symlink(checkout, join(modules, "minicloud"));
    await other.up();
    await other.destroy();
  });

  it("end if a token from the environment replaces a stale one in the configuration", async () => {
    await stack.program(`new Instance("web");`);
    await stack.succeed("config", "set", "--secret", "minicloud:token", "stale");
    assert.match(await stack.fail("up", "--yes", "--skip-preview"), /error: .*token/i);
    stack.environment.MCC_TOKEN = await daemon.token();
    await stack.up();
    await stack.succeed("config", "rm", "minicloud:token");
    await stack.destroy();
  });
});
