import assert from "node:assert/strict";
import { HeldOutput } from "../../../../../server/cloud/instances/commands/held-output";

describe("held output", () => {
  it("is returned once, in the order of its arrival", () => {
    let woken = 0;
    const output = new HeldOutput(() => {
      woken += 1;
    });
    assert.ok(output.isDrained);
    output.write("one ");
    output.write("two");
    assert.deepEqual([woken, output.isEmpty], [2, false]);
    assert.equal(String(output.take()), "one two");
    assert.equal(String(output.take()), "");
    assert.ok(output.isDrained);
  });

  it("makes its writer wait, and loses nothing", () => {
    const output = new HeldOutput(() => undefined);
    const piece = Buffer.alloc(64 * 1024, "x");
    let taken = 0;
    let refused = 0;
    for (let pieces = 0; pieces < 32; pieces += 1) {
      refused += output.write(piece) ? 0 : 1;
    }
    assert.ok(refused > 0);
    let most = 0;
    while (!output.isDrained) {
      const { length } = output.take();
      most = Math.max(most, length);
      taken += length;
    }
    assert.deepEqual([taken, most], [32 * piece.length, 256 * 1024]);
  });
});
