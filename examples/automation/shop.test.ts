// A test suite with a fleet of its own, made and destroyed by Pulumi's Automation API: no project, nothing to type.
//
//   npx mocha --require ts-node/register shop.test.ts
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import * as minicloud from "minicloud";

// Declared in a function: each suite makes its own.
function shop() {
  const fleet = new minicloud.Fleet("shop", {
    count: 2,
    type: "light",
    // Should nobody be left to destroy them.
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
          // Where the packages of the program are.
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

  it("welcomes on each of them", async () => {
    for (const address of addresses) {
      const answer = await fetch(`http://${address}/`);
      assert.equal(await answer.text(), "welcome\n");
    }
  });
});
