import assert from "node:assert/strict";
import { bytesOf, formatBytes } from "../../protocol/bytes";

describe("a size", () => {
  it("has a unit and three digits", () => {
    const sizes = [0, 1023, 1024, 5_345_678, 268_435_456, 2 ** 50].map(formatBytes);
    assert.deepEqual(sizes, ["0 B", "1023 B", "1 KiB", "5.1 MiB", "256 MiB", "1024 TiB"]);
  });

  it("is written with a unit", () => {
    const texts = ["0B", "4GiB", "4 gib", "512M", "1.5KiB", " 2T "];
    assert.deepEqual(texts.map(bytesOf), [0, 4 * 2 ** 30, 4 * 2 ** 30, 512 * 2 ** 20, 1536, 2 * 2 ** 40]);
    for (const wrong of ["", "4", "4 GB", "GiB", "-1GiB", "1.GiB", "1e3M", "99999999G", "1PiB"]) {
      assert.equal(bytesOf(wrong), undefined, wrong);
    }
  });
});
