import assert from "node:assert/strict";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { environmentFor, type ProgramRun, runProgram } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

describe("the commands for pools", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;

  before(async () => {
    daemon = await newDaemon({ words: ["--warm", "micro=2"] });
    await daemon.start();
  });

  const run = (words: string, environment: NodeJS.ProcessEnv = {}): Promise<ProgramRun> =>
    runProgram(["mcc", ...words.split(" ")], { environment: { ...environmentFor(daemon), ...environment } });

  async function output(words: string): Promise<string> {
    const { exitCode, stdout, stderr } = await run(words);
    assert.equal(exitCode, 0, `${words}: ${stderr}`);
    return stdout;
  }

  it("list and change how many instances are started ahead", async () => {
    await eventually(async () => /^micro +2 +2/m.test(await output("list-pools")), "the pool is full");
    assert.match(await output("server-info"), /^pool {7}micro: 2 of 2 started ahead$/m);
    assert.equal(await output("list-pools -q"), "micro");
    assert.equal(await output("list-pools --classic"), "POOL \tmicro\t2\t2");
    assert.deepEqual(JSON.parse(await output("set-pool micro 1 --json")), {
      image: "micro",
      size: 1,
      ready: 1,
    });
    assert.equal(await output("set-pool micro 0"), "micro: 0 of 0 started ahead");
    assert.deepEqual(JSON.parse(await output("list-pools --json")), []);
    const { exitCode, stderr } = await run("set-pool nonesuch 1");
    assert.equal(exitCode, 1);
    assert.match(stderr, /No image "nonesuch"/);
  });

  it("are for admins, and readers see the pools", async () => {
    const user = { MCC_TOKEN: await output("add-token ci --role user") };
    assert.match((await run("set-pool micro 1", user)).stderr, /pool\.set needs the role admin/);
    assert.doesNotMatch((await run("server-info", user)).stdout, /pool {6}/);
    const reader = { MCC_TOKEN: await output("add-token watch --role reader") };
    assert.equal((await run("list-pools", reader)).exitCode, 0);
  });
});
