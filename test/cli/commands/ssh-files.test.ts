import assert from "node:assert/strict";
import { inventory } from "../../../client/ssh/inventory";
import { sshConfig } from "../../../client/ssh/ssh-config";
import type { Instance } from "../../../protocol/methods/instance";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("the files of mcc ssh-config and mcc inventory", function () {
  this.timeout(30_000);
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();
  let daemon: InProcessDaemon;
  let all: Instance[];

  before(async () => {
    daemon = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.0.20" } });
    const { client } = daemon;
    await client.call("instance.create", { name: "db", labels: { role: "db" }, waitSeconds: 10 });
    await client.call("instance.create", { name: "off", waitSeconds: 10 });
    await client.call("instance.stop", { instance: "off", graceSeconds: 0 });
    await client.call("fleet.apply", { name: "web", count: 2 });
    await client.call("fleet.wait", { fleet: "web" });
    all = await client.call("instance.list", {});
  });

  const mcc = (...words: string[]): Promise<ProgramRun> =>
    runProgram(["mcc", ...words], { environment: daemon.environment });

  async function output(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await mcc(...words);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    return `${stdout}\n`;
  }

  const named = (...names: string[]): Instance[] => all.filter(({ name }) => names.includes(name));

  it("contain all running instances, or those of a fleet, with a label or with a name", async () => {
    assert.equal(await output("ssh-config"), sshConfig(named("db", "web-1", "web-2")));
    assert.equal(await output("ssh-config", "--fleet", "web"), sshConfig(named("web-1", "web-2")));
    assert.equal(await output("ssh-config", "-l", "role=db"), sshConfig(named("db")));
    assert.equal(await output("ssh-config", "off"), sshConfig(named("off")));
    assert.equal(await output("inventory"), inventory("minicloud", named("db", "web-1", "web-2")));
    assert.equal(await output("inventory", "-f", "web"), inventory("web", named("web-1", "web-2")));
  });

  it("have no hosts if the selection has none, which a note on standard error says", async () => {
    for (const [name, empty] of [
      ["ssh-config", sshConfig([])],
      ["inventory", inventory("minicloud", [])],
    ] as const) {
      const { exitCode, stdout, stderr } = await mcc(name, "--label", "role=none");
      assert.deepEqual([exitCode, stdout.trim()], [0, empty.trim()]);
      assert.equal(stderr, "No running instance was found, so the file has no hosts.");
    }
  });

  it("use the given jump host", async () => {
    assert.equal(await output("ssh-config", "-J", "me@gate", "db"), sshConfig(named("db"), "me@gate"));
    assert.equal(
      await output("inventory", "-J", "me@gate", "db"),
      inventory("minicloud", named("db"), "me@gate"),
    );
  });

  it("are refused for an unknown instance or fleet, and for two selections at the same time", async () => {
    assert.match((await mcc("inventory", "dbs")).stderr, /no instance "dbs".*Did you mean "db"\?/);
    assert.match((await mcc("ssh-config", "--fleet", "wed")).stderr, /no fleet "wed".*Did you mean "web"\?/);
    const both = await mcc("ssh-config", "-f", "web", "db");
    assert.equal(both.exitCode, 2);
    assert.match(both.stderr, /name instances, or select them with --fleet, --label and --stack; not both/);
    const queued = exampleInstance({ name: "queued", status: "pending", sshHostKey: "" });
    const standIn = await newStandIn({ "instance.list": () => [queued] });
    const run = await runProgram(["mcc", "ssh-config", "queued"], {
      environment: { MCC_SERVER: standIn.url },
    });
    assert.deepEqual([run.exitCode, run.stdout], [1, ""]);
    assert.match(run.stderr, /\(queued\) is pending and has no known SSH host key; .*mcc wait/);
  });
});
