import assert from "node:assert/strict";
import { type Options, readOptions } from "../../faults/options";

let printed = "";
const read = (...words: string[]): Options => {
  printed = "";
  const print = (text: string): void => {
    printed += text;
  };
  return readOptions(words, { out: print, err: print });
};

describe("npm run faults", () => {
  it("tries everything by default", () => {
    assert.deepEqual(read(), {
      driver: [],
      operation: [],
      kind: [],
      effect: [],
      shard: { number: 1, of: 1 },
      json: false,
      log: false,
      write: false,
    });
  });

  it("takes several drivers, operations and kinds, and a part of the rest", () => {
    const words = ["--driver", "lxc", "--driver", "openvz", "--kind", "kill", "--operation", "create"];
    const options = read(...words, "--shard", "2/4", "--seconds", "90", "--seed", "7", "--step", "a1");
    assert.deepEqual(
      [options.driver, options.kind, options.operation, options.shard, options.seconds, options.seed],
      [["lxc", "openvz"], ["kill"], ["create"], { number: 2, of: 4 }, 90, 7],
    );
  });

  const mistakes: readonly (readonly [words: string[], says: RegExp])[] = [
    [["--driver", "xen"], /Choose one of simulated, openvz, lxc/],
    [["--kind", "melt"], /Choose one of fail, hang, lie, kill, full/],
    [["--operation", "start"], /Choose one of create, /],
    [["--shard", "5/4"], /such as 1\/4/],
    [["--seconds", "-1"], /whole number/],
  ];
  for (const [words, says] of mistakes) {
    it(`refuses ${words.join(" ")}`, () => {
      assert.throws(() => read(...words));
      assert.match(printed, says);
    });
  }
});
