import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { MinicloudEvent } from "../../../protocol/methods/event";
import { inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { programPath, runProgram } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

describe("mcc events", () => {
  const newDaemon = inProcessDaemons();
  const newStandIn = standInDaemons();

  it("shows what happened as a table and as JSON, and only the caller's own", async () => {
    const { client, environment, url } = await newDaemon();
    await client.call("instance.create", { name: "web", waitFor: "running", waitSeconds: 10 });
    await client.call("fleet.apply", { name: "load", count: 2, image: "micro" });
    await client.call("fleet.wait", { fleet: "load", timeoutSeconds: 30 });
    const mcc = async (...words: string[]): Promise<string> => {
      const run = await runProgram(["mcc", "events", ...words], { environment });
      assert.equal(run.exitCode, 0, run.stderr);
      return run.stdout;
    };
    assert.match(
      await mcc(),
      /^TIME +EVENT +ID +NAME +ACCOUNT +REASON\n.* created +500 +web +admin.*\n[^]* ready +50[12] +load-[12] +admin/,
    );
    const listed = JSON.parse(await mcc("--json", "--kind", "ready", "--fleet", "load")) as MinicloudEvent[];
    assert.deepEqual(listed.map(({ instance }) => instance?.name).sort(), ["load-1", "load-2"]);
    assert.match(await mcc("--instance", "500", "-c", "1"), /^TIME.*\n.* ready +500 .*$/);
    const { token } = await client.call("accessToken.add", { name: "ann", role: "user" });
    const ann = await runProgram(["mcc", "events"], { environment: { MCC_SERVER: url, MCC_TOKEN: token } });
    assert.match(ann.stdout, /^TIME[^\n]*$/);
    assert.match(ann.stderr, /Only the events of the account "ann"/);
  });

  it("follows, as text and as lines of JSON, until it is interrupted", async () => {
    const { client, environment } = await newDaemon();
    await client.call("instance.create", { name: "before", waitFor: "running", waitSeconds: 10 });
    for (const [words, expected] of [
      [["-c", "4096"], /^\S+ \S+ {2}created {6}500 {5}before\n[^]* {2}ready {8}\d+ {5}after\n/],
      [["--json"], /^\{"id":.*"kind":"(created|ready)",.*"name":"after".*\}\n/],
    ] as const) {
      const child = spawn(
        process.execPath,
        [programPath("mcc"), "events", "--follow", "--kind", "ready", "--kind", "created", ...words],
        { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
      );
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      const exit = once(child, "exit");
      // It has asked for its events when the daemon has a follower.
      await eventually(async () => {
        const made = await client.call("instance.create", {
          name: "after",
          waitFor: "running",
          waitSeconds: 10,
        });
        await client.call("instance.destroy", { instance: made.id });
        return output.includes("after");
      }, "the event is printed");
      child.kill("SIGINT");
      assert.deepEqual(await exit, [null, "SIGINT"]);
      assert.match(
        output.replaceAll(/^(.*after)/gm, (line) => line.replace(/ 5\d\d /, " 501 ")),
        expected,
      );
    }
  });

  it("is refused by a daemon of an earlier release", async () => {
    const old = await newStandIn({});
    const run = await runProgram(["mcc", "events"], { environment: { MCC_SERVER: old.url } });
    assert.deepEqual([run.exitCode, run.stdout], [1, ""]);
    assert.match(run.stderr, /too old to report events/);
  });
});
