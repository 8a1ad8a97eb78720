import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { EngineCommand } from "../../../../../server/driver/lxc/commands/command";
import { DiskLimits } from "../../../../../server/driver/lxc/disk/limit";
import type { DiskSupport } from "../../../../../server/driver/lxc/disk/support";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const mount = { point: "/srv", type: "ext4", source: "/dev/sda1", options: ["rw", "prjquota"] };

describe("project quotas", () => {
  const newFolder = temporaryFolders();

  /** @param shown the project of the folder, as lsattr shows it. */
  function limits(
    support: DiskSupport,
    shown: (project: number) => number = (project) => project,
  ): { disk: DiskLimits; ran: string[] } {
    const ran: string[] = [];
    const run = async ({ program, words }: EngineCommand): Promise<string> => {
      ran.push([program, ...words].join(" "));
      return program === "lsattr"
        ? `${String(shown(await projectOf(words.at(-1) ?? ""))).padStart(5)} --P- x`
        : "";
    };
    return { disk: new DiskLimits(support, { run }), ran };
  }

  async function projectOf(folder: string): Promise<number> {
    return 0x4000_0000 + ((await stat(folder)).ino % 0x4000_0000);
  }

  it("give each layer a project of its own, which new files inherit, and its limit", async () => {
    const { disk, ran } = limits({ method: "projects", mount });
    const layer = join(await newFolder(), "layer");
    await disk.makeLayer(layer, { name: "disk", diskBytes: 5_000_000 });
    const project = await projectOf(layer);
    assert.deepEqual(ran.splice(0), [
      `chattr -p ${project} +P ${layer}`,
      `setquota -P ${project} 0 4883 0 0 /srv`,
    ]);
    await disk.change(layer, { name: "free" });
    assert.equal(ran.splice(0).at(-1), `setquota -P ${project} 0 0 0 0 /srv`);
    await disk.forget(layer);
    assert.equal(ran.splice(0).at(-1), `setquota -P ${project} 0 0 0 0 /srv`);
    await disk.forget(join(layer, "gone"));
    assert.deepEqual(ran, []);
  });

  it("need a layer that was created for them", async () => {
    const { disk, ran } = limits({ method: "projects", mount }, () => 0);
    const layer = join(await newFolder(), "layer");
    await mkdir(layer);
    await disk.change(layer, { name: "free" });
    await assertMccError(
      disk.change(layer, { name: "disk", diskBytes: 5_000_000 }),
      "conflict",
      /created before its file system could do that; create the instance again/,
    );
    assert.ok(ran.every((words) => words.startsWith("lsattr ")));
  });
});
