import assert from "node:assert/strict";
import { formatBytes } from "../../protocol/bytes";

describe("a size", () => {
  it("has a unit and three digits", () => {
    const sizes = [0, 1023, 1024, 5_345_678, 268_435_456, 2 ** 50].map(formatBytes);
    assert.deepEqual(sizes, ["0 B", "1023 B", "1 KiB", "5.1 MiB", "256 MiB", "1024 TiB"]);
  });
});
