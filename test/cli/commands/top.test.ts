import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ShownUsage } from "../../../cli/find/usage-readings";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { type ProgramRun, programPath, runProgram } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

describe("mcc top", function () {
  this.timeout(60_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;

  before(async () => {
    daemon = await newDaemon();
    const { client } = daemon;
    const ready = { waitFor: "running", waitSeconds: 10 } as const;
    await client.call("instance.create", { name: "web", type: "light", labels: { role: "web" }, ...ready });
    await client.call("instance.create", { name: "db", type: "basic", ...ready });
    await client.call("instance.create", { name: "off", ...ready });
    await client.call("instance.stop", { instance: "off" });
    await client.call("fleet.apply", { name: "load", count: 1, type: "unlimited", waitFor: "running" });
    await client.call("fleet.wait", { fleet: "load" });
  });

  async function run(...words: string[]): Promise<ProgramRun> {
    return await runProgram(["mcc", "top", ...words], { environment: daemon.environment });
  }

  async function output(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run(...words);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }

  it("shows a table of what instances that run use", async () => {
    const lines = (await output("--sort", "name")).split("\n");
    assert.match(lines[0] ?? "", /^ID +NAME +CPU +CPUS +MEMORY +MEMORY % +PROCESSES$/);
    assert.match(lines[1] ?? "", /^501 +db +\d+\.\d% +1 +[\d.]+ MiB of 256 MiB +\d+\.\d% +\d of 256$/);
    assert.match(lines[2] ?? "", /^503 +load-1 +\d+\.\d% +- +[\d.]+ MiB +- +\d$/);
    assert.match(lines[3] ?? "", /^500 +web +\d+\.\d% +0\.5 +[\d.]+ MiB of 64 MiB +\d+\.\d% +\d of 64$/);
    assert.equal(lines.length, 4);
  });

  it("shows only those that are selected, and stopped ones if asked", async () => {
    const names = async (...words: string[]): Promise<string[]> =>
      (JSON.parse(await output("--json", "--sort", "id", ...words)) as ShownUsage[]).map(({ name }) => name);
    assert.deepEqual(await names("--label", "role=web"), ["web"]);
    assert.deepEqual(await names("--fleet", "load"), ["load-1"]);
    assert.deepEqual(await names("db", "500"), ["web", "db"]);
    assert.deepEqual(await names("off"), ["off"]);
    assert.deepEqual(await names("-a"), ["web", "db", "off", "load-1"]);
    assert.match(await output("off"), /^ID +NAME +STATUS +CPU .*\n502 +off +stopped +- +1 +- +- +-$/);
  });

  it("sorts by each amount, the largest first, and prints all fields as JSON", async () => {
    const amounts: Record<string, (row: ShownUsage) => number> = {
      cpu: ({ cpuPercent = -1 }) => cpuPercent,
      memory: ({ used }) => used?.memoryBytes ?? -1,
      processes: ({ used }) => used?.processes ?? -1,
      disk: ({ id }) => -id,
    };
    for (const [column, amountOf] of Object.entries(amounts)) {
      const rows = JSON.parse(await output("--json", "-a", "--sort", column)) as ShownUsage[];
      const sorted = rows.map(amountOf);
      assert.deepEqual(
        sorted,
        sorted.toSorted((one, other) => other - one),
        column,
      );
      const { uid, status, limits, used } = rows.find(({ name }) => name === "web") ?? {};
      assert.match(uid ?? "", /^[0-9a-f]{32}$/);
      assert.equal(status, "running");
      assert.equal(limits?.cpus, 0.5);
      assert.ok((used?.cpuSeconds ?? 0) > 0);
    }
  });

  it("measures again and again with --follow, until it is interrupted", async () => {
    for (const [words, line] of [
      [["--json"], /^\[\{"id":500,.*"cpuPercent":[\d.]+\}\]$/],
      [[], /^500 +web +\d+\.\d%/],
    ] as const) {
      const child = spawn(
        process.execPath,
        [programPath("mcc"), "top", "--follow", "--interval", "1s", "web", ...words],
        { env: { ...process.env, ...daemon.environment }, stdio: ["ignore", "pipe", "pipe"] },
      );
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      const exit = once(child, "exit");
      await eventually(
        () => text.split("\n").filter((each) => line.test(each)).length >= 2,
        "it measured twice",
      );
      child.kill("SIGINT");
      assert.deepEqual(await exit, [null, "SIGINT"]);
    }
  });

  it("fails for an instance or a fleet that does not exist, and for a sort key", async () => {
    assert.match((await run("nope")).stderr, /There is no instance "nope"/);
    assert.match((await run("--fleet", "nope")).stderr, /There is no fleet "nope"/);
    const { exitCode, stderr } = await run("--sort", "size");
    assert.equal(exitCode, 2);
    assert.match(stderr, /--sort is "size"/);
  });

  it("tells a user that others are not shown", async () => {
    const { token } = await daemon.client.call("accessToken.add", { name: "ann", role: "user" });
    const environment = { MCC_SERVER: daemon.url, MCC_TOKEN: token };
    const { stdout, stderr } = await runProgram(["mcc", "stats"], { environment });
    assert.match(stdout, /^ID +NAME[^\n]*$/);
    assert.match(stderr, /Only the instances of the account "ann" are shown/);
  });

  it("is refused by a daemon of an earlier release", async () => {
    const old = await newStandIn({});
    const { exitCode, stderr } = await runProgram(["mcc", "top"], { environment: { MCC_SERVER: old.url } });
    assert.equal(exitCode, 1);
    assert.match(stderr, /too old to measure/);
  });
});
