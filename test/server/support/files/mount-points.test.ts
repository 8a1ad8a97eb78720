import assert from "node:assert/strict";
import {
  bytesOf,
  isWithin,
  mountPointsAt,
  parseMountPoints,
} from "../../../../server/support/files/mount-points";

describe("mount points", () => {
  it("are read with the characters that the kernel escapes, each once", () => {
    const text = [
      "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw",
      "30 22 0:5 / /a\\040b\\134\\011\\012c rw shared:1 - tmpfs tmpfs rw",
      "31 30 0:6 / /a\\040b\\134\\011\\012c rw - tmpfs tmpfs rw",
      "",
    ].join("\n");
    assert.deepEqual(parseMountPoints(text), ["/", "/a b\\\t\nc"]);
  });

  it("are found at a path and below it, and not next to it", async () => {
    const points = await mountPointsAt("/proc");
    assert.ok(points.includes("/proc"));
    assert.ok(points.every((point) => isWithin(point, "/proc")));
    assert.deepEqual(await mountPointsAt("/nonexistent/folder"), []);
  });

  it("are compared by whole names", () => {
    assert.deepEqual(
      ["/a", "/a/b", "/ab", "/"].map((path) => isWithin(path, "/a")),
      [true, true, false, false],
    );
    assert.ok(isWithin("/a", "/"));
    assert.equal(bytesOf("/ü").length, 3);
  });
});
