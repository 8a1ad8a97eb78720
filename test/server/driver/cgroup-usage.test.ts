import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GroupFolders, measureGroups } from "../../../server/driver/cgroup-usage";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the usage of containers, by their control groups", () => {
  const newFolder = temporaryFolders();

  async function group(files: Record<string, string>): Promise<string> {
    const folder = await newFolder();
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
    return folder;
  }

  /** Measures one container, without the time. */
  async function measured(folders: GroupFolders): Promise<object | undefined> {
    const [usage] = await measureGroups([{ id: 500, folders }]);
    if (usage === undefined) {
      return undefined;
    }
    const { atMs, ...amounts } = usage;
    assert.ok(Math.abs(Date.now() - atMs) < 60_000, String(atMs));
    return JSON.parse(JSON.stringify(amounts)) as object;
  }

  it("is read from version 2, without the cache of files", async () => {
    const unified = await group({
      "memory.current": "50000000\n",
      "memory.stat": "anon 1\nactive_file 10000000\ninactive_file 5000000\nslab 3\n",
      "cpu.stat": "usage_usec 1500000\nuser_usec 1\n",
      "pids.current": "7\n",
    });
    const amounts = { memoryBytes: 35_000_000, cpuSeconds: 1.5, processes: 7 };
    assert.deepEqual(await measured({ unified }), { id: 500, ...amounts });
  });

  it("is read from version 1, with the groups inside, and next to a version 2 without controllers", async () => {
    const unified = await group({ "cpu.stat": "usage_usec 250000\n" });
    const memory = await group({
      "memory.usage_in_bytes": "9000\n",
      "memory.stat": "active_file 1\ntotal_active_file 1000\ntotal_inactive_file 2000\n",
    });
    const cpuacct = await group({ "cpuacct.usage": "750000000\n" });
    const pids = await group({ "pids.current": "2\n" });
    const amounts = { memoryBytes: 6000, cpuSeconds: 0.25, processes: 2 };
    assert.deepEqual(await measured({ unified, memory, cpuacct, pids }), { id: 500, ...amounts });
    assert.deepEqual(await measured({ memory, cpuacct, pids }), { id: 500, ...amounts, cpuSeconds: 0.75 });
  });

  it("has no figure that the kernel does not tell, and is absent without any", async () => {
    const unified = await group({ "cpu.stat": "usage_usec 250000\n", "pids.current": "max\n" });
    assert.deepEqual(await measured({ unified }), { id: 500, cpuSeconds: 0.25 });
    assert.equal(await measured({}), undefined);
    await rm(unified, { recursive: true });
    assert.equal(await measured({ unified }), undefined);
  });

  it("is not taken from what is no group", async () => {
    const unified = await newFolder();
    await mkdir(join(unified, "cpu.stat"));
    await assert.rejects(measured({ unified }), { code: "EISDIR" });
  });
});
