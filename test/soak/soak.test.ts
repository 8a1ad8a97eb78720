import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { simulatedHost } from "../../bench/hosts/simulated-host";
import { readOptions } from "../../soak/options";
import { grownAtMostMiB, remains, type Usage } from "../../soak/remains";
import { soak } from "../../soak/soak";

describe("soak", () => {
  it("does every task with simulated instances, and finds nothing left", async function () {
    // A connection of the client that counts as left is kept for 30 s.
    this.timeout(120_000);
    const { failures, left, done } = await soak(simulatedHost, 2);
    assert.deepEqual({ failures, left }, { failures: [], left: [] });
    assert.ok(done > 5, String(done));
  });

  const before: Usage = { counts: { mounts: 2, descriptors: 30 }, residentMiB: 100 };

  it("names whatever there is more of than before, and too much memory", () => {
    const after = {
      counts: { mounts: 3, descriptors: 29, cgroups: 1 },
      residentMiB: 101 + grownAtMostMiB,
    };
    assert.deepEqual(remains(before, after), [
      "mounts: 2 before, 3 after",
      "cgroups: 0 before, 1 after",
      "memory: 65 MiB more than before, and 64 are allowed",
    ]);
  });

  it("accepts less than before, and little more memory", () => {
    assert.deepEqual(remains(before, { counts: { mounts: 1 }, residentMiB: 100 + grownAtMostMiB }), []);
  });
});

describe("the options of soak", () => {
  const silent = { out: () => undefined, err: () => undefined };

  it("choose real containers for root only", () => {
    assert.deepEqual(readOptions([], true, silent), { minutes: 10, driver: "lxc", json: false });
    assert.equal(readOptions([], false, silent).driver, "simulated");
    assert.equal(readOptions(["--minutes=0.5"], true, silent).minutes, 0.5);
  });

  for (const words of [["--minutes=0"], ["--minutes=x"], ["--driver=openvz"], ["more"]]) {
    it(`refuse ${words.join(" ")}`, () => {
      assert.throws(() => readOptions(words, true, silent), CommanderError);
    });
  }
});
