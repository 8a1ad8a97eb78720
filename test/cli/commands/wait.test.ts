import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import { type Handlers, standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("mcc wait", function () {
  this.timeout(30_000);
  const newDaemon = standInDaemons();

  /** Runs the command against a daemon that lists only the instance `web`. */
  async function run(
    answer: NonNullable<Handlers["instance.wait"]>,
    ...words: string[]
  ): Promise<ProgramRun> {
    const daemon = await newDaemon({
      "instance.list": () => [exampleInstance()],
      "instance.wait": answer,
    });
    return await runProgram(["mcc", "wait", ...words], { environment: { MCC_SERVER: daemon.url } });
  }

  it("reports why an instance failed that no longer exists, by id and by name", async () => {
    const undone: Handlers["instance.wait"] = () => {
      throw new MccError("engine", "Instance 501 (db) was not created: no space left.");
    };
    for (const text of ["501", "db"]) {
      const { exitCode, stdout, stderr } = await run(undone, text);
      assert.deepEqual(
        [exitCode, stdout, stderr],
        [1, "", "mcc: Instance 501 (db) was not created: no space left."],
      );
    }
  });

  it("suggests the nearest name for an unknown name", async () => {
    const { exitCode, stderr } = await run(({ instance }) => {
      throw new MccError("not-found", `No instance "${String(instance)}" on this server.`);
    }, "wbe");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mcc: No instance "wbe" on this server\. Did you mean "web"\?$/);
  });

  it("prints the status of an instance that is not ready at the timeout", async () => {
    const pending = exampleInstance({ status: "pending" });
    const { exitCode, stderr } = await run(
      () => ({ ready: false, instance: pending }),
      "--timeout",
      "0",
      "web",
    );
    assert.deepEqual([exitCode, stderr], [1, "mcc: Instance 500 (web) is still pending."]);
  });

  it("prints the failure of a failed instance that was kept", async () => {
    const failed = exampleInstance({ status: "failed", failure: "No address was reached." });
    const { exitCode, stderr } = await run(() => ({ ready: true, instance: failed }), "web");
    assert.deepEqual([exitCode, stderr], [1, "mcc: Instance 500 (web) is failed: No address was reached."]);
  });
});
