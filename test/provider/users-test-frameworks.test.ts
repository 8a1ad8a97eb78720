import assert from "node:assert/strict";
import { standInDaemons } from "../support/daemons/stand-in-daemon";
import { withEnvironment } from "../support/environment";
import { VmModules } from "../support/programs/vm-modules";

const image = { name: "micro", sizeBytes: 1, createdAt: "2026-01-01T00:00:00Z" };

describe("a test framework that loads modules itself, like jest", function () {
  this.timeout(60_000);
  const startDaemon = standInDaemons();
  let server: string | undefined;
  const asked: string[] = [];

  before(async () => {
    const daemon = await startDaemon({
      "image.list": () => {
        asked.push("image.list");
        return [image];
      },
    });
    server = daemon.url;
  });
  beforeEach(() => asked.splice(0));
  withEnvironment(() => ({ MCC_SERVER: server, MCC_TOKEN: "t0ken" }));

  /** Runs a user's test, in which `resetModules` works like jest.resetModules, and returns its result. */
  async function run(body: string): Promise<unknown> {
    const modules = new VmModules();
    const text = `exports.test = async (resetModules) => { ${body} };`;
    const { test } = modules.program(text, __filename) as { test: (reset: () => void) => Promise<string> };
    return JSON.parse(await test(() => modules.reset()));
  }

  it("can call functions of the daemon without import()", async () => {
    const images = await run(`
      const minicloud = require("../../provider");
      return JSON.stringify((await minicloud.getImages()).images);
    `);
    assert.deepEqual(images, [image]);
    assert.deepEqual(asked, ["image.list"]);
  });

  it("can set mocks in another copy of Pulumi's SDK", async () => {
    const seen = await run(`
      const pulumi = require("@pulumi/pulumi");
      const tokens = [];
      await pulumi.runtime.setMocks({
        call: ({ token }) => { tokens.push(token); return { images: [{ name: "mocked" }] }; },
        newResource: ({ name, inputs }) => ({ id: name, state: { ...inputs, ipAddress: "198.18.0.2" } }),
      });
      resetModules();
      const minicloud = require("../../provider");
      const web = new minicloud.Instance("web", { ttl: "2h" });
      return JSON.stringify({
        isAnother: require("@pulumi/pulumi") !== pulumi,
        ipAddress: await new Promise((resolve) => web.ipAddress.apply(resolve)),
        images: (await minicloud.getImages()).images,
        tokens,
      });
    `);
    assert.deepEqual(seen, {
      isAnother: true,
      ipAddress: "198.18.0.2",
      images: [{ name: "mocked" }],
      tokens: ["minicloud:index:getImages"],
    });
    assert.deepEqual(asked, []);
  });
});
