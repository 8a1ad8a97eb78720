import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import { payloadPrefix } from "../../../../server/driver/lxc/cgroups/cgroups";
import { type Hierarchies, readHierarchies } from "../../../../server/driver/lxc/cgroups/hierarchies";
import { assertMccError } from "../../../support/assert-error";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { eventually } from "../../../support/time/eventually";

const mebibyte = 1024 * 1024;
const small: InstanceType = { name: "small", memoryBytes: 32 * mebibyte, cpus: 0.5, processes: 20 };
const unlimited: InstanceType = { name: "unlimited" };

describe("limits of LXC containers", () => {
  const host = lxcHosts();

  /** Returns the kernel's limits for container 500, in one form for both versions. */
  async function limits(): Promise<Record<"memoryBytes" | "cpus" | "processes", number>> {
    const hierarchies = await readHierarchies();
    const [memory, cpu, pids] = [
      await limit(hierarchies, "memory", "memory.limit_in_bytes", "memory.max"),
      await limit(hierarchies, "cpu", "cpu.cfs_quota_us", "cpu.max"),
      await limit(hierarchies, "pids", "pids.max", "pids.max"),
    ];
    return { memoryBytes: memory, cpus: cpu / 100_000, processes: pids };
  }

  /** Returns a number from the file of either version. */
  async function limit(
    { unified, old }: Hierarchies,
    controller: string,
    oldFile: string,
    unifiedFile: string,
  ): Promise<number> {
    const folder = old.find(({ controllers }) => controllers.includes(controller))?.folder;
    const cgroup = payloadPrefix + host().place.container(500).name;
    const path = folder === undefined ? join(unified, cgroup, unifiedFile) : join(folder, cgroup, oldFile);
    const value = Number.parseInt(await readFile(path, "utf8"), 10);
    // "max", -1, or the largest number of pages.
    return Number.isNaN(value) || value < 0 || value > Number.MAX_SAFE_INTEGER ? Infinity : value;
  }

  it("come from the instance type, and change with it while the container runs", async () => {
    await startContainer(host(), 500, { type: small });
    assert.deepEqual(await limits(), { memoryBytes: 32 * mebibyte, cpus: 0.5, processes: 20 });
    await host().driver.resize(500, unlimited);
    assert.deepEqual(await limits(), { memoryBytes: Infinity, cpus: Infinity, processes: Infinity });
    await host().driver.resize(500, { name: "odd", memoryBytes: 48 * mebibyte, cpus: 1.5 });
    assert.deepEqual(await limits(), { memoryBytes: 48 * mebibyte, cpus: 1.5, processes: Infinity });
  });

  it("survive a restart", async () => {
    await startContainer(host());
    await host().driver.resize(500, small);
    await host().driver.stop(500, 0);
    await host().driver.start(500);
    assert.deepEqual(await limits(), { memoryBytes: 32 * mebibyte, cpus: 0.5, processes: 20 });
  });

  it("limit processes", async () => {
    await startContainer(host(), 500, { type: small });
    const script = "for n in $(seq 30); do sleep 1000 & done";
    assert.match(await shell(host(), script), /^2: .*fork/);
    await host().driver.resize(500, unlimited);
    assert.equal(await shell(host(), script), "");
  });

  it("limit memory", async () => {
    await startContainer(host(), 500, { type: small });
    // The reader of a pipe that keeps everything in memory.
    const script = "head -c 60000000 /dev/zero | tail -c 60000000 | wc -c";
    // The kernel mostly kills the reader, and sometimes the shell.
    assert.match(await shell(host(), script), /^(0\nKilled|137: )$/);
    await host().driver.resize(500, unlimited);
    assert.equal(await shell(host(), script), "60000000");
  });

  it("cannot be lower than the memory in use, and then do not change", async () => {
    await startContainer(host(), 500, { type: { name: "large", memoryBytes: 128 * mebibyte } });
    await shell(host(), "head -c 60000000 /dev/zero | tail -c 60000000 | sleep 1000 &");
    const hierarchies = await readHierarchies();
    await eventually(
      async () =>
        (await limit(hierarchies, "memory", "memory.usage_in_bytes", "memory.current")) > 50 * mebibyte,
      "the memory is in use",
    );
    await assertMccError(host().driver.resize(500, small), "conflict", /uses more memory than .* "small"/);
    assert.deepEqual(await limits(), { memoryBytes: 128 * mebibyte, cpus: Infinity, processes: Infinity });
  });
});
