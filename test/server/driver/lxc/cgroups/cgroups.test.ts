import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cgroups, isPopulated, killAll } from "../../../../../server/driver/lxc/cgroups/cgroups";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

/** Folders in place of two hierarchies: version 2 and version 1. */
async function makeHierarchies(root: string, ...cgroups: readonly string[]) {
  const [unified, old] = [join(root, "unified"), join(root, "old")];
  await Promise.all([unified, old].map((folder) => mkdir(folder)));
  await Promise.all(cgroups.map((cgroup) => mkdir(join(root, cgroup), { recursive: true })));
  return {
    unified,
    old,
    cgroups: new Cgroups({
      unified,
      unifiedControllers: [],
      old: [{ folder: old, controllers: ["memory"] }],
    }),
  };
}

describe("the cgroups of containers", () => {
  const newFolder = temporaryFolders();

  it("contain the names of the containers", async () => {
    const { cgroups } = await makeHierarchies(
      await newFolder(),
      ...["unified/lxc.payload.a", "unified/lxc.monitor.a", "unified/lxc.monitor.b", "unified/user.slice"],
      ...["old/lxc.payload.c", "old/lxc.pivot"],
    );
    const { payloads, monitors } = cgroups.names();
    assert.deepEqual({ payloads, monitors: monitors.sort() }, { payloads: ["a"], monitors: ["a", "b"] });
    assert.deepEqual([...cgroups.namesAnywhere()].sort(), ["a", "b", "c"]);
    assert.deepEqual([await cgroups.has("b"), await cgroups.has("c")], [true, false]);
  });

  it("are removed from all hierarchies with those below them, and others stay", async () => {
    const { unified, old, cgroups } = await makeHierarchies(
      await newFolder(),
      ...["unified/lxc.payload.a/system.slice/ssh", "unified/lxc.payload.ab", "old/lxc.monitor.a"],
    );
    assert.equal(await cgroups.remove("a"), true);
    assert.equal(await cgroups.remove("a"), true, "gone already is success");
    assert.deepEqual([await readdir(unified), await readdir(old)], [["lxc.payload.ab"], []]);
  });

  it("stay if processes are still in them", async () => {
    const { unified, cgroups } = await makeHierarchies(await newFolder(), "unified/lxc.payload.a/below");
    // Removing a folder with a file in it fails like removing a cgroup with processes.
    await writeFile(join(unified, "lxc.payload.a", "below", "file"), "");
    assert.equal(await cgroups.remove("a"), false);
  });

  it("lose the pivot only if LXC has no other cgroup", async () => {
    const { unified, old, cgroups } = await makeHierarchies(
      await newFolder(),
      ...["unified/lxc.pivot", "unified/user.slice", "old/lxc.pivot", "old/lxc.payload.a"],
    );
    await cgroups.removePivots();
    assert.deepEqual(await readdir(unified), ["user.slice"]);
    assert.deepEqual((await readdir(old)).sort(), ["lxc.payload.a", "lxc.pivot"]);
  });

  it("are populated if the kernel says so; a missing one is not", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "cgroup.events"), "populated 1\nfrozen 0\n");
    assert.equal(isPopulated(folder), true);
    await writeFile(join(folder, "cgroup.events"), "populated 0\nfrozen 1\n");
    assert.equal(isPopulated(folder), false);
    assert.equal(isPopulated(join(folder, "none")), false);
  });

  it("are killed through the kernel's file; a missing one counts as killed", async () => {
    const folder = await newFolder();
    killAll(folder);
    assert.equal(await readFile(join(folder, "cgroup.kill"), "utf8"), "1");
    killAll(join(folder, "none"));
  });
});
