import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ControlGroups, parseHierarchies } from "../../../../server/driver/openvz/control-groups";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";

describe("the control groups of containers", () => {
  const newFolder = temporaryFolders();
  const host = perTest(async () => {
    const folder = await newFolder();
    const mounts = join(folder, "mounts");
    for (const controller of ["cpu", "memory"]) {
      await mkdir(join(folder, controller));
      await writeFile(join(folder, controller, "cgroup.procs"), "1\n");
    }
    const table = ["cpu", "memory", "hidden"].map((name) => `cgroup ${join(folder, name)} cgroup rw 0 0\n`);
    await writeFile(mounts, `${table.join("")}cgroup2 ${folder} cgroup2 rw 0 0\n`);
    return { folder, mounts, groups: new ControlGroups(mounts) };
  });
  const makeGroup = async (path: string, processes: string): Promise<void> => {
    await mkdir(join(host().folder, path), { recursive: true });
    await writeFile(join(host().folder, path, "cgroup.procs"), processes);
  };

  it("show which containers run: those with processes in any hierarchy", async () => {
    await makeGroup("cpu/vz-101", "");
    await makeGroup("memory/vz-101", "7\n8\n");
    await makeGroup("cpu/other", "9\n");
    assert.deepEqual([...(await host().groups.running())], ["101"]);
  });

  it("do not show a container that failed to start or was stopped, whose groups are empty", async () => {
    await makeGroup("cpu/vz-101", "");
    await makeGroup("memory/vz-101", "");
    assert.deepEqual([...(await host().groups.running())], []);
  });

  it("show a container that moved its processes into groups of its own", async () => {
    await makeGroup("cpu/vz-101", "");
    await makeGroup("cpu/vz-101/system.slice/ssh", "7\n");
    assert.deepEqual([...(await host().groups.running())], ["101"]);
  });

  it("prove nothing if none can be read", async () => {
    await rm(join(host().folder, "cpu"), { recursive: true });
    await rm(join(host().folder, "memory"), { recursive: true });
    await assertMccError(
      host().groups.running(),
      "engine",
      /^No control groups of version 1 are mounted, so it is not known which containers run; mount those/,
    );
    await rm(host().mounts);
    await assert.rejects(host().groups.running(), { code: "ENOENT" });
  });

  it("are found in the mount table by version", () => {
    const table = "cgroup /a\\040b cgroup rw 0 0\ncgroup2 /two cgroup2 rw 0 0\ntmpfs /t tmpfs rw 0 0\n";
    assert.deepEqual(parseHierarchies(table), { old: ["/a b"], unified: ["/two"] });
  });
});
