// A test suite that creates and destroys its own fleet by Pulumi's Automation API, without a project or commands.
//
//   npx mocha --require ts-node/register shop.test.ts
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import * as minicloud from "minicloud";

// Declared in a function, so that each suite creates its own fleet.
function shop() {
  const fleet = new minicloud.Fleet("shop", {
    count: 2,
    type: "light",
    // The daemon destroys the hosts if this process cannot.
    ttl: "30m",
    userData: `
      mkdir -p /srv/www
      echo welcome > /srv/www/index.html
      httpd -h /srv/www`,
    waitFor: { http: "/" },
  });
  return Promise.resolve({ addresses: fleet.ipAddresses });
}

describe("the shop", function () {
  this.timeout("10m");
  let folder: string;
  let stack: Stack;
  let addresses: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "shop-"));
    stack = await LocalWorkspace.createStack(
      { projectName: "shop", stackName: `suite-${process.pid}`, program: shop },
      {
        projectSettings: {
          name: "shop",
          runtime: "nodejs",
          // The folder with the packages of the program.
          main: __dirname,
          backend: { url: `file://${folder}` },
        },
        envVars: { PULUMI_CONFIG_PASSPHRASE: "not a secret" },
      },
    );
    const { outputs } = await stack.up();
    addresses = outputs["addresses"]?.value as string[];
  });

  after(async () => {
    await stack.destroy();
    await rm(folder, { recursive: true });
  });

  it("has two hosts", () => assert.equal(addresses.length, 2));

  it("serves the page on each host", async () => {
    for (const address of addresses) {
      const answer = await fetch(`http://${address}/`);
      assert.equal(await answer.text(), "welcome\n");
    }
  });
});
