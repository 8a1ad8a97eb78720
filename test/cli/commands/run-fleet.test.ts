import assert from "node:assert/strict";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("a fleet of mcc run-fleet", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;

  before(async () => {
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.20" } });
  });
  afterEach(async () => {
    await daemon.client.call("fleet.destroy", { fleet: "web" });
  });

  const mcc = (...words: string[]): Promise<ProgramRun> =>
    runProgram(["mcc", ...words], { environment: daemon.environment });

  async function output(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await mcc(...words);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    return stdout;
  }

  async function memberNames(): Promise<string[]> {
    const { members } = await daemon.client.call("fleet.get", { fleet: "web" });
    return members.map(({ name, status }) => `${name} ${status}`);
  }

  it("is created with the options of an instance, and shown", async () => {
    const shown = await output("run-fleet", "web", "-c", "2", "-t", "light", "-l", "team=qa", "--ttl", "2h");
    assert.match(shown, /^FLEET .*\nweb +ready +2\/2 +micro +light +- +(2h|1h 59m)$/);
    const { labels, ttlSeconds } = await daemon.client.call("fleet.get", { fleet: "web" });
    assert.deepEqual([labels, ttlSeconds], [{ team: "qa" }, 7200]);
  });

  it("does not replace an existing fleet of the same name", async () => {
    await output("run-fleet", "web", "-c", "1", "-q");
    const { exitCode, stderr } = await mcc("run-fleet", "web", "-c", "3");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mcc: There is a fleet "web" already; choose.*mcc destroy-fleet web/);
    assert.deepEqual(await memberNames(), ["web-1 running"]);
  });

  it("is refused for an unknown image, with the nearest name", async () => {
    assert.match((await mcc("run-fleet", "web", "-c", "1", "-i", "mirco")).stderr, /Did you mean "micro"\?$/);
  });

  it("grows and shrinks", async () => {
    await output("run-fleet", "web", "-c", "1");
    assert.equal(await output("update-fleet", "web", "-c", "3"), "fleet web updated, 3 of 3 members ready");
    assert.deepEqual(await memberNames(), ["web-1 running", "web-2 running", "web-3 running"]);
    await output("update-fleet", "web", "--count", "2");
    assert.deepEqual(await memberNames(), ["web-1 running", "web-2 running"]);
    assert.match(
      (await mcc("update-fleet", "wed", "-c", "3")).stderr,
      /no fleet "wed".*Did you mean "web"\?/,
    );
    const tooMany = await mcc("update-fleet", "web", "-c", "100");
    assert.deepEqual([tooMany.exitCode, tooMany.stdout], [1, ""]);
    assert.match(tooMany.stderr, /addresses/);
  });

  it("has no TTL if it is created with never", async () => {
    await output("run-fleet", "web", "-c", "1", "--ttl", "never");
    assert.equal((await daemon.client.call("fleet.get", { fleet: "web" })).ttlSeconds, undefined);
  });

  it("loses its TTL with never", async () => {
    await output("run-fleet", "web", "-c", "1", "--ttl", "2h");
    assert.equal(await output("extend", "--ttl", "never", "web-1"), "fleet web has no TTL");
    assert.equal((await daemon.client.call("fleet.get", { fleet: "web" })).expiresAt, undefined);
  });

  it("is isolated with --isolate, and a daemon that does not support this is refused", async () => {
    await output("run-fleet", "web", "-c", "1", "--isolate", "fleet");
    const stray = await mcc("run-instances", "-n", "stray", "--isolate", "stack");
    assert.match(stray.stderr, /^mcc: isolate is "stack", and the labels name no stack; .*minicloud\/stack/);
    await output("run-instances", "-n", "db", "--isolate", "stack", "-l", "minicloud/stack=dev");
    const wrong = await mcc("run-fleet", "lab", "-c", "1", "--isolate", "all");
    assert.deepEqual([wrong.exitCode, wrong.stdout], [2, ""]);
    const old = await newStandIn({});
    for (const words of [
      ["run-fleet", "lab", "-c", "1", "--isolate", "fleet"],
      ["run-instances", "--isolate", "stack", "--no-wait"],
      ["run-instances", "--isolate", "stack"],
    ]) {
      const run = await runProgram(["mcc", ...words], { environment: { MCC_SERVER: old.url } });
      assert.deepEqual([run.exitCode, run.stdout], [1, ""]);
      assert.match(run.stderr, /^mcc: The daemon at .* cannot isolate instances/);
    }
  });

  it("is not changed by a daemon that does not support this", async () => {
    await daemon.client.call("fleet.apply", { name: "web", count: 1 });
    const { fleet } = await daemon.client.call("fleet.wait", { fleet: "web" });
    const old = await newStandIn({ "fleet.list": () => [fleet], "instance.list": () => [] });
    for (const words of [
      ["update-fleet", "web", "-c", "2"],
      ["extend", "--ttl", "never", "web"],
    ]) {
      const run = await runProgram(["mcc", ...words], { environment: { MCC_SERVER: old.url } });
      assert.deepEqual([run.exitCode, run.stdout], [1, ""]);
      assert.match(run.stderr, /^mcc: The daemon at .* is too old to .*; update the daemon\.$/);
    }
  });
});
