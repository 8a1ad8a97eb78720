import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyLimits } from "../../../../server/driver/lxc/limits";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("limits in cgroups of version 2", () => {
  const newFolder = temporaryFolders();
  let unified = "";

  const limited = async (memoryBytes: number): Promise<void> => {
    const hierarchies = { unified, unifiedControllers: ["memory", "cpu", "pids"], old: [] };
    await applyLimits({ name: "small", memoryBytes, cpus: 0.5 }, hierarchies, "lxc.payload.mc");
  };
  const written = async (file: string): Promise<string> =>
    await readFile(join(unified, "lxc.payload.mc", file), "utf8");

  /** A container that uses 60 bytes, and 40 more in the kernel's cache of files. */
  beforeEach(async () => {
    unified = await newFolder();
    const files = {
      "memory.current": "100\n",
      "memory.stat": "anon 60\nfile 40\ninactive_anon 60\nactive_file 30\ninactive_file 10\n",
      "memory.max": "200\n",
      "cpu.max": "max 100000\n",
    };
    await mkdir(join(unified, "lxc.payload.mc"));
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(unified, "lxc.payload.mc", file), text);
    }
  });

  it("are refused below the memory in use, before the kernel kills processes", async () => {
    await assertMccError(limited(59), "conflict", /more memory than the 59 bytes of the type "small"/);
    assert.equal(await written("memory.max"), "200\n");
    assert.equal(await written("cpu.max"), "max 100000\n");
  });

  it("may displace the cache of files", async () => {
    await limited(60);
    assert.equal(await written("memory.max"), "60");
    assert.equal(await written("cpu.max"), "50000 100000");
    assert.equal(await written("pids.max"), "max");
  });
});
