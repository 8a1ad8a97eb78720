import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseStatus, stuckProcesses } from "../../../../../server/driver/lxc/cgroups/stuck-processes";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("processes that the kernel blocks", () => {
  const newFolder = temporaryFolders();

  it("are recognised by their state", () => {
    const status = "Name:\tcat me\nUmask:\t0022\nState:\tD (disk sleep)\nTgid:\t7\n";
    assert.deepEqual(parseStatus(status), { name: "cat me", state: "D" });
    assert.deepEqual(parseStatus(""), { name: "", state: "" });
  });

  it("are not reported for a cgroup with other processes, without processes, or for a missing one", async () => {
    const cgroup = await newFolder();
    await mkdir(join(cgroup, "below"));
    await writeFile(join(cgroup, "cgroup.procs"), `${process.pid}\n`);
    await writeFile(join(cgroup, "below", "cgroup.procs"), "999999999\n");
    assert.deepEqual(await stuckProcesses(cgroup), []);
    assert.deepEqual(await stuckProcesses(join(cgroup, "none")), []);
  });
});
