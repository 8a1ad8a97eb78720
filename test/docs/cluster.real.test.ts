import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type LxdCluster, longestCommandMs, startLxdServers } from "../support/lxd/cluster";
import { readPages } from "../support/pages/markdown";
import { hasEnded } from "../support/programs/process";
import { eventually } from "../support/time/eventually";

/** The blocks of the page that its reader runs on a member, or where the daemon is, in their order. */
function blocksOf(where: RegExp): string[] {
  const page = readPages().find(({ path }) => path === "docs/cluster.md");
  return (page?.blocks ?? []).filter(({ notRun = "" }) => where.test(notRun)).map(({ text }) => text);
}

/** The page's pools and its fleet, in a size for a test. */
function smaller(script: string): string {
  return script.replaceAll("30GiB", "3GiB").replaceAll("-c 300", "-c 6");
}

describe("docs/cluster.md, word for word on three LXD servers", function () {
  this.timeout(400_000);
  const newFolder = temporaryFolders();
  let servers: LxdCluster | undefined;
  let home: string;

  before(async () => {
    servers = await startLxdServers(3);
    home = await newFolder();
    await mkdir(join(home, ".ssh"));
  });
  after(async () => {
    await stopDaemon();
    await servers?.end();
  });

  async function on(name: string, script: string): Promise<string> {
    const member = servers?.members.find((each) => each.name === name);
    assert.ok(member);
    return await member.run("bash", "-euo", "pipefail", "-c", smaller(script));
  }

  /** Runs commands where the daemon is. */
  async function here(script: string): Promise<{ output: string; exitCode: number | undefined }> {
    const { all, exitCode } = await execa("bash", ["-euo", "pipefail", "-c", smaller(script)], {
      cwd: home,
      env: { HOME: home, PATH: `${checkout}/bin:${checkout}/sbin:${process.env["PATH"]}`, NO_COLOR: "1" },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: longestCommandMs,
    });
    return { output: all, exitCode };
  }
  async function succeed(script: string): Promise<string> {
    const { output, exitCode } = await here(script);
    assert.equal(exitCode, 0, `${script}\n${output}`);
    return output;
  }

  async function stopDaemon(): Promise<void> {
    const file = await readFile("/run/minicloud/8080.json", "utf8").catch(() => undefined);
    if (file !== undefined) {
      const { pid } = JSON.parse(file) as { pid: number };
      process.kill(pid, "SIGTERM");
      await eventually(() => hasEnded(pid), "the daemon has ended");
    }
  }

  function lastLine(output: string): string {
    return output.trim().split("\n").at(-1) ?? "";
  }

  it("makes a cluster of them", async () => {
    const [init, trust] = blocksOf(/^on m1;/);
    const [joinM2] = blocksOf(/^on m2;/);
    assert.ok(init !== undefined && trust !== undefined && joinM2 !== undefined);
    const tokenOfM2 = lastLine(await on("m1", init));
    await on("m2", joinM2.replace("TOKEN", tokenOfM2));
    const tokenOfM3 = lastLine(await on("m1", "lxc cluster add m3"));
    const joinM3 = joinM2.replaceAll("m2", "m3").replace("198.19.0.2", "198.19.0.3");
    await on("m3", joinM3.replace("TOKEN", tokenOfM3));
    // Until each member has a copy of the database, the cluster does not survive the death of one.
    await eventually(
      async () => (await on("m1", "lxc cluster list --format csv")).match(/\bdatabase[",]/g)?.length === 3,
      "three members have the database",
    );
  });

  it("starts a daemon for it, and a fleet on all of its members", async () => {
    const [, trust = ""] = blocksOf(/^on m1;/);
    const token = lastLine(await on("m1", trust));
    const [commands] = blocksOf(/^it needs a cluster; test\/docs/);
    assert.ok(commands !== undefined);
    const output = await succeed(commands.replaceAll("TOKEN", token));
    assert.match(output, /m1 +online[^]*m2 +online[^]*m3 +online/);
    assert.equal(output.match(/^\d+ +load-\d +running +198\.18\.\d+\.\d+ /gm)?.length ?? 0, 6, output);
    for (const name of ["m1", "m2", "m3"]) {
      assert.equal(output.match(new RegExp(`^\\d+ +load-\\d .* ${name}(\\s|$)`, "gm"))?.length, 2, output);
    }
  });

  it("names what is unreachable when a member dies, and destroys it when the member is removed", async () => {
    await succeed("mcc run-instances -n far --member m3; mcc run-instances -n near --member m1");
    await servers?.members.find(({ name }) => name === "m3")?.kill();
    await eventually(
      // If the leader of the database died, the engine answers nothing until there is another.
      async () => / far +unreachable /.test((await here("mcc list-instances")).output),
      "far is unreachable",
    );
    assert.match(await succeed("mcc list-instances"), / near +running /);
    const refused = await here("mcc destroy-instance far");
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.output,
      /^mcc: Instance \d+ \(far\) is not destroyed yet, because .*m3.* does not answer/m,
    );
    await succeed("mcc run-instances -n other; mcc exec near true");
    await succeed("mcc destroy-instance near other");
    await on(
      "m1",
      "lxc cluster remove m3 --force --yes 2>/dev/null || echo y | lxc cluster remove m3 --force",
    );
    // One that the daemon tried before may still be under way.
    await eventually(async () => (await here("mcc destroy-instance far")).exitCode === 0, "far is destroyed");
    assert.doesNotMatch(await succeed("mcc list-instances -a"), /far|near|other/);
  });

  it("leaves nothing in the cluster when it is purged", async () => {
    await stopDaemon();
    await succeed("mccserver --purge");
    assert.doesNotMatch(await on("m1", "lxc project list --format csv"), /minicloud/);
  });
});
