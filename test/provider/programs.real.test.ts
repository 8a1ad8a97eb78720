import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Client } from "../../client";
import { checkout } from "../support/checkout";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { pulumiStacks } from "../support/pulumi/pulumi-stack";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl me";
const quickstart = join(checkout, "examples", "quickstart.ts");

describe("programs of every kind under the real engine", function () {
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
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("key.list", {}), []);
  });

  it("run in TypeScript like the example", async () => {
    const stack = await newStack("index.ts");
    stack.use(daemon);
    await stack.write("index.ts", await readFile(quickstart, "utf8"));
    await stack.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "nodenext",
          moduleResolution: "nodenext",
          skipLibCheck: true,
        },
      }),
    );
    await stack.succeed("config", "set", "publicKey", publicKey);
    await stack.up();
    const hostSchema = z.strictObject({
      name: z.string(),
      ipAddress: z.ipv4(),
      hostname: z.string(),
      status: z.literal("running"),
      sshHostKey: z.string().startsWith("ssh-ed25519 "),
    });
    assert.equal((await stack.output("hosts", z.array(hostSchema))).length, 3);
    await stack.isSettled();
    await stack.destroy();
  });

  it("run as ECMAScript modules", async () => {
    const stack = await newStack("index.js");
    stack.use(daemon);
    await stack.write("package.json", JSON.stringify({ name: "shop", private: true, type: "module" }));
    await stack.write(
      "index.js",
      `import * as minicloud from "minicloud";\nexport const { name } = new minicloud.Instance("web", { name: "web" });\n`,
    );
    await stack.up();
    assert.equal(await stack.output("name", z.string()), "web");
    await stack.isSettled();
    await stack.destroy();
  });

  it("put instances into components, and move and rename them", async () => {
    const stack = await newStack();
    stack.use(daemon);
    const site = (name: string, options: string): string => `
      class Site extends pulumi.ComponentResource {
        constructor(name) {
          super("my:module:Site", name, {});
          const web = new Instance("${name}", {}, { parent: this, ${options} });
          this.registerOutputs({ name: web.name });
        }
      }
      new Site("site");
    `;
    await stack.program(`new Instance("web");`);
    await stack.up();
    const [made] = await client.call("instance.list", {});
    await stack.program(site("www", `aliases: [{ name: "web", parent: pulumi.rootStackResource }]`));
    assert.match(await stack.up(), /~ 1 updated/);
    const [moved] = await client.call("instance.list", {});
    assert.equal(moved?.id, made?.id);
    assert.equal(moved?.labels["minicloud/resource"], "www");
    await stack.isSettled();

    await stack.program(`${site("www", "")} new Instance("web");`);
    assert.match(await stack.up(), /\+ 1 created/);
    const both = await client.call("instance.list", {});
    assert.equal(both.length, 2);
    assert.ok(both.some(({ id, uid }) => id === moved.id && uid === moved.uid));
    await stack.destroy();
  });

  it("get known values in a preview", async () => {
    const stack = await newStack();
    stack.use(daemon);
    await stack.program(`
      const first = new Instance("first", { name: "first" });
      new Instance("second", { hostname: pulumi.interpolate\`after-\${first.name}\`, labels: { peer: first.ipAddress } });
    `);
    await stack.succeed("preview");
    await stack.up();
    const second = (await client.call("instance.list", {})).find(({ name }) => name.startsWith("second"));
    assert.equal(second?.hostname, "after-first");
    assert.match(second.labels.peer ?? "", /^198\.18\./);
    await stack.isSettled();
    await stack.destroy();
  });
});
