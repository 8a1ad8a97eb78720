import assert from "node:assert/strict";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleInstance } from "../../support/example-instance";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

describe("mcc take-over", function () {
  this.timeout(30_000);
  const newStandIn = standInDaemons();

  /** @returns how the program ended, and the parameters of its calls. */
  async function run(...words: string[]): Promise<ProgramRun & { asked: unknown[] }> {
    const asked: unknown[] = [];
    const standIn = await newStandIn({
      "instance.takeOver": (parameters) => {
        asked.push(parameters);
        return exampleInstance({ id: 500, name: "web" });
      },
    });
    const ended = await runProgram(["mcc", "take-over", ...words], {
      environment: { MCC_SERVER: standIn.url },
    });
    return { ...ended, asked };
  }

  it("takes over each container once, and prints the resulting state", async () => {
    const { exitCode, stdout, asked } = await run("500", "theirs", "500", "-k", "me");
    assert.deepEqual([exitCode, stdout], [0, "500 (web) running\n500 (web) running"]);
    assert.deepEqual(asked, [
      { container: "500", keys: ["me"] },
      { container: "theirs", keys: ["me"] },
    ]);
  });

  it("accepts --name for a single container only", async () => {
    const { exitCode, stderr, asked } = await run("500", "501", "--name", "web");
    assert.equal(exitCode, 2);
    assert.match(stderr, /--name is for one container only/);
    assert.deepEqual(asked, []);
  });
});
