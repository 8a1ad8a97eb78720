import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readKernelLimits, restoreKernelLimits } from "../../isolated/kernel-limits";
import { temporaryFolders } from "../support/files/temporary-folder";

describe("the kernel's limits round an isolated command", () => {
  const newFolder = temporaryFolders();

  it("are put back where they were raised, and left where they were lowered", async () => {
    const root = await newFolder();
    const put = (file: string, value: string): Promise<void> => writeFile(join(root, file), value);
    await mkdir(join(root, "fs", "inotify"), { recursive: true });
    await mkdir(join(root, "kernel", "keys"), { recursive: true });
    await put("fs/inotify/max_user_instances", "128\n");
    await put("kernel/keys/maxkeys", "200\n");
    await put("kernel/pid_max", "32768\n");
    const before = await readKernelLimits(root);
    await put("fs/inotify/max_user_instances", "65536\n");
    await put("kernel/keys/maxkeys", "100\n");
    await restoreKernelLimits(before);
    const after = await Promise.all(
      Object.keys(before).map(async (path) => (await readFile(path, "utf8")).trim()),
    );
    assert.deepEqual(after, ["128", "100", "32768"]);
  });
});
