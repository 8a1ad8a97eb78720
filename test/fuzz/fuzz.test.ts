import assert from "node:assert/strict";
import { fuzz } from "../../fuzz/fuzz";

/** Set it to repeat a failure. `npm run fuzz` sends more requests. */
const seed = Number(process.env["MINICLOUD_FUZZ_SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));

describe("fuzz", () => {
  it(`finds no defect in a daemon with the seed ${seed}`, async () => {
    const { defects, casesOfKind } = await fuzz({ seed, seconds: 4, mostCases: 500 });
    assert.deepEqual(defects, []);
    assert.ok(Object.values(casesOfKind).every((count) => count > 0));
  });
});
