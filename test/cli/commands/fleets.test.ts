import assert from "node:assert/strict";
import type { Client } from "../../../client/client";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { runProgram } from "../../support/programs/run-program";

type Run = Awaited<ReturnType<typeof runProgram>>;

describe("the commands for fleets", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  let daemon: InProcessDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.20" } });
    client = daemon.client;
    for (const name of ["web", "load"]) {
      await client.call("fleet.apply", { name, count: 2 });
      await client.call("fleet.wait", { fleet: name });
    }
  });

  const mcc = (...words: string[]): Promise<Run> =>
    runProgram(["mcc", ...words], { environment: daemon.environment });

  it("list the fleets with their numbers of ready members", async () => {
    await client.call("instance.destroy", { instance: "web-2" });
    const { exitCode, stdout } = await mcc("list-fleets");
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^FLEET +STATUS +READY +IMAGE +TYPE +KEYS +TTL\nload +ready +2\/2 +micro +basic +- +-\nweb +degraded +1\/2 +micro +basic +- +-$/,
    );
    assert.equal((await mcc("list-fleets", "--quiet")).stdout, "load\nweb");
  });

  it("list the members of a fleet", async () => {
    const { stdout } = await mcc("list-instances", "--fleet", "load", "--json");
    const rows = JSON.parse(stdout) as { name: string }[];
    assert.deepEqual(
      rows.map(({ name }) => name),
      ["load-1", "load-2"],
    );
  });

  it("suggest the nearest name for an unknown fleet, also when listing its members", async () => {
    const { exitCode, stdout, stderr } = await mcc("list-instances", "--fleet", "laod");
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.equal(stderr, 'mcc: There is no fleet "laod" on this server. Did you mean "load"?');
    assert.match(
      (await mcc("extend", "laod")).stderr,
      /^mcc: There is no instance "laod".* Did you mean "load"\?$/,
    );
  });

  it("destroy the named fleets, or none if one of them does not exist", async () => {
    const wrong = await mcc("destroy-fleet", "load", "wed");
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /There is no fleet "wed" on this server\. Did you mean "web"\?/);
    const { exitCode, stdout } = await mcc("destroy-fleet", "load", "web");
    assert.deepEqual(
      [exitCode, stdout.split("\n").sort()],
      [0, ["fleet load destroyed", "fleet web destroyed"]],
    );
    assert.deepEqual(await client.call("instance.list", {}), []);
  });
});
