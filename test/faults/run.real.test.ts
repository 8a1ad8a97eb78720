import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { execa } from "execa";
import { driverNames } from "../../faults/hosts/host";
import { readOptions } from "../../faults/options";
import { ResultsFile } from "../../faults/results-file";
import { runFaults } from "../../faults/run";
import { failureLines, reportText } from "../../faults/tally";
import { compiled } from "../support/checkout";

/** Of all drivers together. */
const seconds = 60;
const silent = { out: () => undefined, err: () => undefined };

describe("npm run faults with the id of a step", function () {
  this.timeout(60_000);

  it("fails if no recording has the step, and does not report that nothing failed", async () => {
    const words = ["--driver", "simulated", "--operation", "import-image", "--step", "00000000"];
    const { exitCode, stderr } = await execa(process.execPath, [compiled("faults/inside.js"), ...words], {
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /No recording has the step 00000000\./);
  });
});

describe("every step that fails once, a random share", function () {
  this.timeout(300_000);

  it("leaves what clients were told, and nothing else", async () => {
    const seed = Number(process.env["MINICLOUD_FAULTS_SEED"] ?? randomInt(1_000_000));
    console.log(`    npm run faults -- --seconds ${seconds} --seed ${seed}`);
    const options = readOptions(["--seconds", String(seconds), "--seed", String(seed)], silent);
    const all = await runFaults(options, await ResultsFile.open(undefined), () => undefined);
    console.log(reportText(all));
    const failures = all.filter(({ verdict }) => verdict === "failed");
    assert.deepEqual(failures.flatMap(failureLines), []);
    for (const driver of driverNames) {
      assert.ok(
        all.some((tried) => tried.driver === driver && tried.verdict === "passed"),
        `faults were tried with the driver ${driver}`,
      );
    }
  });
});
