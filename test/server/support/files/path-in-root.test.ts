import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveInRoot } from "../../../../server/support/files/path-in-root";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a path inside a root file system", () => {
  const newFolder = temporaryFolders();

  it("is undefined behind links to impossible paths", async () => {
    const root = await newFolder();
    await symlink("n".repeat(256), join(root, "name"));
    await symlink("../name/".repeat(500), join(root, "names"));
    await symlink("f/".repeat(2000), join(root, "deep"));
    await symlink("deep/".repeat(800), join(root, "f"));
    for (const path of ["/name", "/names", "/deep", `/${"n".repeat(256)}`]) {
      assert.equal(await resolveInRoot(root, path), undefined, path);
    }
  });

  it("follows links, and never out of the root", async () => {
    const root = await newFolder();
    await mkdir(join(root, "usr/bin"), { recursive: true });
    await writeFile(join(root, "usr/bin/sh"), "");
    const links = {
      bin: "usr/bin",
      absolute: "/usr/bin/sh",
      above: "../../../../usr/bin/sh",
      "usr/bin/init": "../bin/./sh",
      circle: "circle",
      host: "/etc/passwd",
    };
    for (const [path, target] of Object.entries(links)) {
      await symlink(target, join(root, path));
    }
    for (const path of ["/bin/sh", "/absolute", "/above", "/bin/init", "/../bin/sh", "/usr/../bin/sh"]) {
      assert.equal(await resolveInRoot(root, path), "/usr/bin/sh", path);
    }
    for (const path of ["/circle", "/host", "/nothing", "/bin/sh/below"]) {
      assert.equal(await resolveInRoot(root, path), undefined, path);
    }
  });
});
