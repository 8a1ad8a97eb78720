import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import { type Handlers, standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("mcc wait", function () {
  this.timeout(30_000);
  const newDaemon = standInDaemons();

  /** With `web` alone in the daemon's list. */
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

  it("tells why an instance failed that is gone since, by its id and by its name", async () => {
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

  it("answers a name that is not there with the nearest", async () => {
    const { exitCode, stderr } = await run(({ instance }) => {
      throw new MccError("not-found", `No instance "${String(instance)}" on this server.`);
    }, "wbe");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mcc: No instance "wbe" on this server\. Did you mean "web"\?$/);
  });

  it("says how one stands that is not up when the time is over", async () => {
    const pending = exampleInstance({ status: "pending" });
    const { exitCode, stderr } = await run(
      () => ({ ready: false, instance: pending }),
      "--timeout",
      "0",
      "web",
    );
    assert.deepEqual([exitCode, stderr], [1, "mcc: Instance 500 (web) is still pending."]);
  });

  it("says what became of one that was kept after it failed", async () => {
    const failed = exampleInstance({ status: "failed", failure: "No address was reached." });
    const { exitCode, stderr } = await run(() => ({ ready: true, instance: failed }), "web");
    assert.deepEqual([exitCode, stderr], [1, "mcc: Instance 500 (web) is failed: No address was reached."]);
  });
});
