import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { readOptions } from "../../fuzz/options";

describe("the options of fuzz", () => {
  const silent = { out: () => undefined, err: () => undefined };

  it("have a seed in their range and a minute as defaults", () => {
    const { seed, seconds, json, case: only } = readOptions([], silent);
    assert.ok(Number.isInteger(seed) && seed >= 0);
    assert.deepEqual([seconds, json, only], [60, false, undefined]);
  });

  it("are read", () => {
    assert.deepEqual(readOptions(["--seed=5", "--seconds=9", "--case=0", "--json"], silent), {
      seed: 5,
      seconds: 9,
      case: 0,
      json: true,
    });
  });

  for (const words of [["--seed=-1"], ["--seconds=0"], ["--case=x"], ["--seed=1.5"], ["more"]]) {
    it(`refuse ${words.join(" ")}`, () => {
      assert.throws(() => readOptions(words, silent), CommanderError);
    });
  }
});
