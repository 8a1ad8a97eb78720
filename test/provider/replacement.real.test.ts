import assert from "node:assert/strict";
import type { Client } from "../../client";
import { testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

describe("a replacement that cannot succeed under the real engine", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let client: Client;
  let stack: PulumiStack;

  before(async () => {
    const daemon = await newDaemon();
    await daemon.start();
    client = await daemon.client();
    stack = await newStack();
    stack.use(daemon);
  });

  it("is refused before the old host is destroyed", async () => {
    const taken = await client.call("instance.create", { name: "taken" });
    const { name: fleet } = await client.call("fleet.apply", { name: "others", count: 1 });
    await client.call("fleet.wait", { fleet });
    const program = (web: string, all: string): string =>
      `new Instance("web", { ${web} }); new Fleet("all", { count: 2, ${all} });`;
    await stack.program(program("", ""));
    await stack.up();
    const before = (await client.call("instance.list", {})).map(({ uid }) => uid);
    const asked: [string, string, RegExp][] = [
      [`ipAddress: "${taken.ipAddress}"`, "", /ipAddress: The address .* is taken/],
      [`ipAddress: "10.0.0.1"`, "", /ipAddress: The address 10\.0\.0\.1 is not in this server's range/],
      [`hostname: "x", name: "taken"`, "", /name: The name "taken" is taken/],
      [`hostname: "x", type: "enormous"`, "", /type: .*"enormous"/],
      [`hostname: "x", keys: ["nobody"]`, "", /keys: No key "nobody"/],
      ["", `namePrefix: "others"`, /namePrefix: There is a fleet "others" already/],
      ["", `namePrefix: "more", addresses: ["198.18.0.200", "${taken.ipAddress}"]`, /addresses: The address/],
    ];
    for (const [web, all, message] of asked) {
      await stack.program(program(web, all));
      assert.match(await stack.fail("up", "--yes", "--skip-preview"), message);
      assert.deepEqual(
        (await client.call("instance.list", {})).map(({ uid }) => uid),
        before,
      );
    }
    await stack.program(program(`hostname: "www"`, `namePrefix: "more"`));
    assert.match(await stack.up(), /2 replaced/);
    await stack.destroy();
  });

  it("records that a script is secret, so that its output is not shown", async () => {
    await stack.program(`
      new Instance("secret", { userData: pulumi.secret("echo hello") });
      new Instance("plain", { userData: "echo hello" });
      new Fleet("members", { count: 1, userData: pulumi.secret("echo hello") });
    `);
    await stack.up();
    await stack.isSettled();
    const hidden = (await stack.resources()).map(({ urn, inputs }) => [
      urn.split("::").at(-1),
      inputs?.hideOutput,
    ]);
    assert.deepEqual(Object.fromEntries(hidden), { secret: true, plain: undefined, members: true });
    await stack.destroy();
  });
});
