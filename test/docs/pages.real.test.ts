import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import ts from "typescript";
import { checkout } from "../support/checkout";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type Block, readPages } from "../support/pages/markdown";
import { pagePrograms } from "../support/pages/page-programs";
import { hasEnded } from "../support/programs/process";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";
import { eventually } from "../support/time/eventually";

const commandTimeoutMs = 60_000;
const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;

/** What a page's commands find in addition to a daemon at the default address. A simulated one has the image micro. */
const given: Readonly<Record<string, string>> = {
  "docs/commands.md": "mcc remove-image micro",
  "docs/images.md": "mcc remove-image micro && mkdir ROOT",
  "docs/readiness.md": "printf '#!/bin/sh\\n' >setup.sh",
  "docs/troubleshooting.md": "echo true >s && mcc run-instances -n web-1 --user-data s",
  "docs/coming-from-minicloud.md": `mkdir -p ~/.mcc/keys && echo '${publicKey}' >~/.mcc/keys/my_key.pub`,
};

/** The pages are run as they stand, in namespaces where the default port and folders are free. */
describe("the commands of the README and the docs", function () {
  this.timeout(240_000);
  const newFolder = temporaryFolders();
  let home: string;

  beforeEach(async () => {
    home = await newFolder();
    await mkdir(join(home, ".ssh"));
    await writeFile(join(home, ".ssh", "id_ed25519.pub"), `${publicKey}\n`);
    // The daemon of an installed package, with hosts in memory only.
    await mkdir(join(home, "bin"));
    const daemon = `#!/bin/sh\nexec node ${checkout}/dist/server/main.js --driver simulated "$@"\n`;
    await writeFile(join(home, "bin", "mccserver"), daemon, { mode: 0o755 });
  });

  async function shell(script: string): Promise<string> {
    const { exitCode, all } = await execa("bash", ["-euo", "pipefail", "-c", script], {
      cwd: home,
      env: { HOME: home, PATH: `${home}/bin:${checkout}/bin:${process.env["PATH"]}` },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: commandTimeoutMs,
    });
    assert.equal(exitCode, 0, `${script}\n${all}`);
    return all;
  }

  async function stopDaemon(): Promise<void> {
    const runtimeFile = await readFile("/run/minicloud/8080.json", "utf8").catch(() => undefined);
    if (runtimeFile !== undefined) {
      const { pid } = JSON.parse(runtimeFile) as { pid: number };
      process.kill(pid, "SIGTERM");
      await eventually(() => hasEnded(pid), "the daemon has ended");
      await shell("mccserver --purge");
    }
  }
  afterEach(stopDaemon);

  for (const { path, blocks } of readPages().filter(({ path }) => /^(README|docs\/)/.test(path))) {
    const runnable = blocks.filter(({ language, notRun }) => language === "sh" && notRun === undefined);
    if (runnable.length > 0) {
      it(`${path} shows commands that work`, async () => {
        if (!runnable.some(startsDaemon)) {
          await shell("mccserver");
        }
        await shell(given[path] ?? "true");
        for (const { text } of runnable) {
          await shell(text);
        }
      });
    }
  }
});

function startsDaemon({ text }: Block): boolean {
  return /^mccserver(?! --check *(#.*)?$)/m.test(text);
}

describe("the programs of the README and the docs", function () {
  this.timeout(240_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  let daemon: TestDaemon;
  let stack: PulumiStack;

  beforeEach(async () => {
    daemon = await newDaemon();
    await daemon.start();
    stack = await newStack();
    stack.use(daemon);
  });

  const runs = {
    node: async () => {
      const client = await daemon.client();
      await client.call("instance.create", { name: "web" });
      await client.call("instance.wait", { instance: "web" });
      assert.match(await run("node", "block.js"), /web/);
    },
    mocha: async () => {
      const client = await daemon.client();
      await client.call("key.add", { name: "me", publicKey });
      const mocha = join(checkout, "node_modules", "mocha", "bin", "mocha.js");
      assert.match(await run("node", mocha, "--timeout", "60000", "--exit", "block.js"), /1 passing/);
    },
    pulumi: async () => {
      const client = await daemon.client();
      await client.call("key.add", { name: "me", publicKey });
      await stack.write("index.js", await readFile(join(stack.project, "block.js"), "utf8"));
      await stack.succeed("config", "set", "publicKey", publicKey);
      await stack.up();
      assert.ok((await client.call("instance.list", {})).length > 0);
      await stack.destroy();
      assert.deepEqual(await client.call("instance.list", {}), []);
    },
  } as const;

  async function run(program: string, ...words: string[]): Promise<string> {
    const { exitCode, all } = await execa(program, words, {
      cwd: stack.project,
      env: { ...stack.environment, MCC_TOKEN: await daemon.token() },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: commandTimeoutMs,
    });
    assert.equal(exitCode, 0, all);
    return all;
  }

  for (const { title, text, kind, index } of pagePrograms()) {
    it(`${title} works with ${kind}`, async () => {
      await stack.write("block.js", transpile(text));
      if (index !== undefined) {
        await stack.write("index.js", transpile(index));
      }
      await runs[kind]();
    });
  }
});

function transpile(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
      esModuleInterop: true,
    },
  }).outputText;
}
