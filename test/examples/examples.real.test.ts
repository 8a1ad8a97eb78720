import assert from "node:assert/strict";
import { copyFile, cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../client";
import { checkout } from "../support/checkout";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { pulumiStacks } from "../support/pulumi/pulumi-stack";

/** For one that is broken. */
const timeoutMs = 240_000;

describe("the examples on real containers", function () {
  this.timeout(600_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  const newFolder = temporaryFolders();
  /** Stands for the checkout: Pulumi writes a stack's settings next to its program. */
  let copy: string;
  let tarball: string;
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    tarball = await importMicro(daemon, client);
    copy = await newFolder();
    await cp(join(checkout, "examples"), join(copy, "examples"), { recursive: true });
    await copyFile(join(checkout, "tsconfig.json"), join(copy, "tsconfig.json"));
    await symlink(join(checkout, "node_modules"), join(copy, "node_modules"));
  });

  afterEach(async () => {
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("fleet.list", {}), []);
  });

  interface Example {
    /** Runs a program in the example's folder as a user would, and returns what it printed. */
    readonly run: (program: string, ...words: string[]) => Promise<string>;
    readonly pulumi: (...words: string[]) => Promise<string>;
  }

  /** An example with a stack of its own and a home for Pulumi that is gone afterwards; the linter checks its types. */
  async function example(name: string): Promise<Example> {
    const { environment } = await newStack();
    const env = {
      ...environment,
      MCC_SERVER: daemon.url,
      MCC_RUNTIME_DIR: daemon.runtimeFolder,
      MCC_TOKEN: await daemon.token(),
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      TS_NODE_TRANSPILE_ONLY: "true",
      PATH: `${join(checkout, "node_modules", ".bin")}:${environment.PATH}`,
    };
    const run = async (program: string, ...words: string[]): Promise<string> => {
      const cwd = join(copy, "examples", name);
      const { all } = await execa(program, words, {
        cwd,
        env,
        all: true,
        stdin: "ignore",
        timeout: timeoutMs,
      });
      return all;
    };
    return { run, pulumi: (...words) => run("pulumi", ...words, "--non-interactive", "--color", "never") };
  }

  async function page(url: string): Promise<string> {
    return (await (await fetch(url)).text()).trim();
  }

  it("web-cluster hands requests to all backends, also while one is gone, and comes back", async () => {
    const { pulumi } = await example("web-cluster");
    await pulumi("stack", "init", "test");
    await pulumi("up", "--yes", "--skip-preview");
    const url = await pulumi("stack", "output", "url");
    const names = JSON.parse(await pulumi("stack", "output", "backendNames", "--json")) as string[];
    assert.equal(names.length, 3);
    const seen = new Set<string>();
    for (let tries = 0; tries < 200 && seen.size < names.length; tries += 1) {
      seen.add(await page(url));
    }
    assert.deepEqual([...seen].sort(), names);

    const [victim = ""] = names;
    await client.call("instance.destroy", { instance: victim });
    for (let tries = 0; tries < 5; tries += 1) {
      assert.ok(names.slice(1).includes(await page(url)));
    }
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal((await client.call("instance.get", { instance: victim })).status, "running");
    await pulumi("destroy", "--yes", "--skip-preview");
    await pulumi("stack", "rm", "--yes");
  });

  it("chaos kills hosts while a client is answered, and up heals them", async () => {
    const { pulumi, run } = await example("chaos");
    await pulumi("stack", "init", "test");
    await pulumi("up", "--yes", "--skip-preview");
    const output = await run("ts-node", "chaos.ts");
    assert.equal(output.match(/^killed chaos-\w+-\d; the others say: alive$/gm)?.length, 2, output);
    assert.equal(output.match(/^chaos-\w+-\d says: alive$/gm)?.length, 4, output);
    await pulumi("destroy", "--yes", "--skip-preview");
    await pulumi("stack", "rm", "--yes");
  });

  it("ci-matrix runs one test on every image and leaves no host", async () => {
    await client.call("image.import", { name: "micro-2", path: tarball });
    const { run } = await example("ci-matrix");
    const output = await run("ts-node", "ci-matrix.ts");
    for (const image of ["micro", "micro-2"]) {
      assert.match(output, new RegExp(`'${image}' +│ 0 +│ 'passed on MiniCloud micro'`));
    }
  });

  it("automation gives a test suite a fleet of its own", async () => {
    const { run } = await example("automation");
    assert.match(await run("mocha", "--require", "ts-node/register", "shop.test.ts"), /2 passing/);
  });
});
