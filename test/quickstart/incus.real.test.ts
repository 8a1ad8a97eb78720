import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { checkout, compiled } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type LxdCluster, startLxdCluster } from "../support/lxd/cluster";
import { quickstartEnvironment } from "../support/programs/quickstart-environment";

describe("npm run quickstart on an LXD server", function () {
  this.timeout(180_000);
  const newFolder = temporaryFolders();
  let server: LxdCluster | undefined;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    server = await startLxdCluster(1);
    environment = await quickstartEnvironment(await newFolder());
  });
  after(async () => {
    await server?.end();
  });

  async function quickstart(...words: string[]): Promise<string> {
    const { all, exitCode } = await execa(
      process.execPath,
      [
        ...[compiled("quickstart/main.js"), "--driver", "incus", "--port", "18081"],
        ...["--engine-url", `unix:${server?.members[0]?.socket}`, ...words],
      ],
      { cwd: checkout, env: environment, reject: false, all: true },
    );
    assert.equal(exitCode, 0, all);
    return all;
  }

  async function onServer(...words: string[]): Promise<string> {
    return (await server?.members[0]?.run("lxc", ...words)) ?? "";
  }

  it("creates three hosts, to which its command logs in", async () => {
    const output = await quickstart();
    assert.equal(output.match(/^\S+ +198\.18\.\d+\.\d+ +running/gm)?.length, 3, output);
    assert.match(output, /ran a command on web-1-\w+, web-2-\w+, db-\w+/);
    assert.match(await onServer("project", "list", "--format", "csv"), /^minicloud-/m);
    const [command = "", ...words] = (/ssh -F \S+ web-\S+/.exec(output)?.[0] ?? "").split(" ");
    assert.match((await execa(command, [...words, "hostname"])).stdout, /^web-/);
  });

  it("changes nothing when it runs again", async () => {
    assert.match(await quickstart(), /5 unchanged/);
  });

  it("destroys everything, and leaves nothing on the server", async () => {
    assert.match(await quickstart("--destroy"), /5 deleted/);
    assert.doesNotMatch(await onServer("project", "list", "--format", "csv"), /minicloud/);
    assert.equal(existsSync(String(environment["MCC_RUNTIME_DIR"])), false);
  });
});
