import assert from "node:assert/strict";
import type { Client } from "../../client";
import { testDaemons } from "../support/daemons/test-daemon";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

describe("a TTL under the real engine", function () {
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

  afterEach(async () => {
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });

  /** Returns for each resource the TTL in seconds and the time when it ends. */
  async function lives(): Promise<Record<string, { ttl: number | undefined; end: string }>> {
    const found = [...(await client.call("instance.list", {})), ...(await client.call("fleet.list", {}))];
    return Object.fromEntries(
      found
        .filter((one) => !("fleet" in one))
        .map(({ labels, ttlSeconds, expiresAt = "" }) => [
          labels["minicloud/resource"] ?? "",
          { ttl: ttlSeconds, end: expiresAt },
        ]),
    );
  }

  /** Waits for more than a second, because expiry times are whole seconds. */
  async function nextSecond(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1001));
  }

  /** Returns the resources whose TTL a command restarted, with the TTL in seconds. */
  async function renewedBy(...words: string[]): Promise<Record<string, number | undefined>> {
    const before = await lives();
    await nextSecond();
    assert.doesNotMatch(await stack.succeed(...words, "--yes", "--skip-preview"), /warning/);
    return Object.fromEntries(
      Object.entries(await lives())
        .filter(([name, { end }]) => before[name] !== undefined && end > before[name].end)
        .map(([name, { ttl }]) => [name, ttl]),
    );
  }

  it("keeps its value under ignoreChanges, and restarts", async () => {
    const program = (ttl: string, ignored: string): string => `
      const options = { ignoreChanges: [${ignored}] };
      new Instance("web", { ttl: "${ttl}" }, options);
      new Fleet("all", { count: 1, ttl: "${ttl}" }, options);
    `;
    await stack.program(program("2h", ""));
    await stack.up();
    await stack.program(program("5m", `"ttl"`));
    assert.deepEqual(await renewedBy("up"), { web: 7200, all: 7200 });
    await stack.program(program("5m", `"*"`));
    assert.deepEqual(await renewedBy("up"), { web: 7200, all: 7200 });
  });

  it("restarts if a transform sets it", async () => {
    await stack.program(`
      pulumi.runtime.registerResourceTransform(({ props, opts, name }) =>
        name === "web" ? { props: { ...props, ttl: "2h" }, opts } : undefined);
      pulumi.runtime.registerStackTransformation(({ props, opts, name }) =>
        name === "all" ? { props: { ...props, ttl: "3h" }, opts } : undefined);
      new Instance("web");
      new Fleet("all", { count: 1 });
    `);
    await stack.up();
    assert.deepEqual(await renewedBy("up"), { web: 7200, all: 10800 });
  });

  it("restarts only for the resources of the operation", async () => {
    const program = `new Instance("one", { ttl: "2h" }); new Instance("two", { ttl: "2h" });`;
    await stack.program(program);
    await stack.up();
    await stack.program(
      `${program} new Instance("new", { ttl: "2h" }); new Fleet("more", { count: 1, ttl: "2h" });`,
    );
    const urn = (await stack.resources()).find(({ urn }) => urn.endsWith("::one"))?.urn ?? "";
    assert.deepEqual(await renewedBy("up", "--target", urn), { one: 7200 });
    assert.deepEqual(await renewedBy("refresh", "--run-program"), {});
    assert.deepEqual(await renewedBy("destroy", "--run-program"), {});
    assert.deepEqual(await lives(), {});
  });
});
