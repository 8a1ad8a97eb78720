import assert from "node:assert/strict";
import { MccError } from "../../protocol/error";
import type { MethodName } from "../../protocol/methods/method-table";
import { freePort, standInDaemons } from "../support/daemons/stand-in-daemon";
import { exampleInstance } from "../support/example-instance";
import { runProgram } from "../support/programs/run-program";

/** Runs a command that must fail with one line on standard error. */
async function assertFails(words: string[], server: string, said: RegExp, code = 1): Promise<void> {
  const { exitCode, stdout, stderr } = await runProgram(words, { environment: { MCC_SERVER: server } });
  assert.match(stderr, said);
  assert.match(stderr, /^mcc[a-z-]*: [^\n]+$/);
  assert.deepEqual([exitCode, stdout], [code, ""]);
}

describe("a command whose daemon is absent or fails", function () {
  this.timeout(30_000);
  const newDaemon = standInDaemons();

  it("says how to start or find a daemon", async () => {
    for (const words of [
      ["mcc-list-images"],
      ["mcc", "server-info"],
      ["mcc-destroy-instance", "-i", "500"],
    ]) {
      await assertFails(
        words,
        `127.0.0.1:${await freePort()}`,
        /No MiniCloud daemon answers at .*mccserver.*MCC_SERVER/,
      );
    }
  });

  it("says that a server address is not valid", () =>
    assertFails(["mcc-list-keys"], "http://", /The server address "http:\/\/" is not valid; give host:port/));

  it("says that another kind of server answered", async () => {
    const other = await newDaemon({}, (response) => response.end("<html>It works!</html>"));
    await assertFails(["mcc-list-keys"], other.url, /is not a MiniCloud daemon/);
  });

  it("reports a connection that was lost during a call", async () => {
    const daemon = await newDaemon({
      "instance.list": () => [exampleInstance()],
      "instance.exec": (_, { hangUp }) => hangUp(),
    });
    await assertFails(
      ["mcc", "exec", "web", "true"],
      daemon.url,
      /connection to .* was lost.*Check that it runs/,
      125,
    );
  });

  /** The call during which the daemon ends for good, and the command that makes it. */
  const ended: [method: MethodName, words: string[]][] = [
    ["instance.list", ["mcc-list-instances"]],
    ["instance.create", ["mcc-run-instances", "--no-wait"]],
    ["instance.wait", ["mcc", "wait", "web"]],
    ["instance.destroy", ["mcc-destroy-instance", "-i", "500"]],
    ["instance.stop", ["mcc", "stop", "web"]],
    ["key.remove", ["mcc-destroy-key", "-n", "me"]],
    ["image.remove", ["mcc", "remove-image", "micro"]],
  ];
  for (const [method, words] of ended) {
    it(`reports a daemon that was killed during ${words.join(" ")}`, async () => {
      const daemon = await newDaemon({ "instance.list": () => [exampleInstance()] });
      daemon.handlers = { ...daemon.handlers, [method]: () => daemon.stop() };
      await assertFails(words, daemon.url, /No MiniCloud daemon answers at|connection to .* was lost/);
    });
  }

  it("says which of several calls were lost, and prints the results of the others", async () => {
    const daemon = await newDaemon({
      "instance.list": () => [exampleInstance(), exampleInstance({ id: 501, name: "db" })],
      "instance.stop": ({ instance }) => {
        if (instance === 501) {
          throw new MccError("engine", "lxc-stop: it hangs.");
        }
        return exampleInstance({ status: "stopped" });
      },
    });
    const { exitCode, stdout, stderr } = await runProgram(["mcc", "stop", "web", "db"], {
      environment: { MCC_SERVER: daemon.url },
    });
    assert.deepEqual([exitCode, stdout, stderr], [1, "500 (web) stopped", "mcc: lxc-stop: it hangs."]);
  });

  it("says which instances could not be created, and shows the others", async () => {
    const daemon = await newDaemon({
      "instance.list": () => [],
      "instance.create": ({ name }) => {
        if (name !== "node-2") {
          throw new MccError("engine", `${String(name)}: no space left.`);
        }
        return exampleInstance({ name: "node-2" });
      },
    });
    const words = ["mcc", "run-instances", "-n", "node", "-c", "8", "-q"];
    const { exitCode, stdout, stderr } = await runProgram(words, { environment: { MCC_SERVER: daemon.url } });
    assert.deepEqual([exitCode, stdout], [1, "500"]);
    const lines = stderr.split("\n");
    assert.equal(lines[0], "mcc: node-1: no space left.");
    assert.equal(
      lines.at(-1),
      "mcc: 7 of 8 instances failed: node-1, node-3, node-4, node-5, node-6 and 2 more.",
    );
  });

  it("says how many instances are in an unknown state if the daemon ends for good", async () => {
    const daemon = await newDaemon();
    daemon.handlers = { "instance.create": () => daemon.stop() };
    const words = ["mcc", "run-instances", "--no-wait", "-c", "3"];
    const { exitCode, stdout, stderr } = await runProgram(words, { environment: { MCC_SERVER: daemon.url } });
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /^mcc: [^\n]+\nmcc: 3 of 3 instances are in an unknown state\.$/);
  });

  it("creates an instance once, even if the daemon restarts during the creation", async () => {
    const tokens = new Set<unknown>();
    const daemon = await newDaemon({
      "instance.create": ({ clientToken }, { hangUp }) => {
        const isFirst = tokens.size === 0;
        tokens.add(clientToken);
        if (isFirst) {
          hangUp();
        }
        return exampleInstance({ status: "pending" });
      },
      "instance.wait": () => ({ ready: true, instance: exampleInstance() }),
    });
    const run = await runProgram(["mcc-run-instances", "-q"], { environment: { MCC_SERVER: daemon.url } });
    assert.deepEqual(run, { exitCode: 0, stdout: "500", stderr: "" });
    assert.equal(tokens.size, 1);
  });

  it("fails without the right token", async () => {
    const daemon = await newDaemon({
      "image.list": (_, { authorization }) => {
        throw new MccError("unauthenticated", `This daemon asks for its token, and ${authorization} came.`);
      },
    });
    const { stderr, exitCode } = await runProgram(["mcc-list-images"], {
      environment: { MCC_SERVER: daemon.url, MCC_TOKEN: "wrong" },
    });
    assert.deepEqual(
      [exitCode, stderr],
      [1, "mcc-list-images: This daemon asks for its token, and Bearer wrong came."],
    );
  });
});
