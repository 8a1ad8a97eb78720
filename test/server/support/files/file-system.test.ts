import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSystemOf, mountOf } from "../../../../server/support/files/file-system";

const mountinfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 8:2 / /var/lib rw,relatime - xfs /dev/sda2 rw
41 40 0:30 / /var/lib/my\\040folder rw - tmpfs tmpfs rw,size=4096k
42 40 0:31 / /var/lib rw - btrfs /dev/sdb rw
`;

describe("the file system of a path", () => {
  for (const [path, title] of [
    ["/etc/hosts", "/ (ext4)"],
    ["/var/library", "/ (ext4)"],
    ["/var/lib/minicloud", "/var/lib (btrfs)"],
    ["/var/lib/my folder/state", "/var/lib/my folder (tmpfs)"],
  ] as const) {
    it(`${path}: ${title}`, () => assert.equal(mountOf(path, mountinfo), title));
  }

  it("is that of the first folder that exists", () => {
    const there = fileSystemOf(tmpdir());
    assert.equal(fileSystemOf(join(tmpdir(), "no such", "folder"))?.title, there?.title);
    assert.match(there?.usage ?? "", /^[\d.]+ MiB of [\d.]+ MiB free/);
  });

  it("of the kernel never counts as full", () => {
    assert.equal(fileSystemOf("/proc/self")?.title, "/proc (proc)");
  });
});
