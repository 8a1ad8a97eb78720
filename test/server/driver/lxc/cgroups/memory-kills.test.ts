import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryKills } from "../../../../../server/driver/lxc/cgroups/memory-kills";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the processes that the kernel killed for lack of memory", () => {
  const newFolder = temporaryFolders();

  async function write(folder: string, files: Record<string, string>): Promise<void> {
    await mkdir(folder, { recursive: true });
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  }

  it("are counted by version 2, with the cgroups below", async () => {
    const unified = await newFolder();
    await write(join(unified, "web"), {
      "memory.events": "low 0\nmax 7\noom 2\noom_kill 3\noom_group_kill 0\n",
    });
    const hierarchies = { unified, unifiedControllers: ["memory"], old: [] };
    assert.equal(await memoryKills(hierarchies, "web"), 3);
    assert.equal(await memoryKills(hierarchies, "gone"), 0);
  });

  it("are summed over the cgroups of version 1", async () => {
    const folder = await newFolder();
    const oomControl = (kills: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;
    await write(join(folder, "web"), { "memory.failcnt": "12\n", "memory.oom_control": oomControl(1) });
    await write(join(folder, "web", "system.slice"), { "memory.oom_control": oomControl(4) });
    await write(join(folder, "idle"), { "memory.failcnt": "0\n" });
    const old = [
      { folder: "/none", controllers: ["cpu"] },
      { folder, controllers: ["memory"] },
    ];
    const hierarchies = { unified: "/none", unifiedControllers: [], old };
    assert.equal(await memoryKills(hierarchies, "web"), 5);
    assert.equal(await memoryKills(hierarchies, "idle"), 0);
    assert.equal(await memoryKills(hierarchies, "gone"), 0);
  });
});
