import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Usage } from "../../../../server/driver/driver";
import { fakeDrivers, lightSpec } from "./fake-driver";

/** Leaves out the time. */
const amountsOf = (usages: readonly Usage[]) =>
  usages.map(({ id, memoryBytes, cpuSeconds, processes }) => ({ id, memoryBytes, cpuSeconds, processes }));

describe("the usage of OpenVZ containers on a fake host", () => {
  const { host, newDriver } = fakeDrivers({ haltsCleanly: true });

  /** Gives the host a control group of the container in a hierarchy with this controller. */
  function addGroup(controller: string, ctid: string, files: Record<string, string>): void {
    const hierarchy = host().path(`sys/fs/${controller}`);
    mkdirSync(join(hierarchy, `vz-${ctid}`), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(hierarchy, `vz-${ctid}`, name), text);
    }
    appendFileSync(host().places.mounts, `cgroup ${hierarchy} cgroup rw,${controller} 0 0\n`);
  }

  it("is that of the control groups of those that run", async () => {
    const driver = newDriver();
    await driver.create(lightSpec(500));
    await driver.create(lightSpec(501));
    await driver.start(500);
    const [ctid = ""] = readdirSync(host().path("sys/fs/cgroup")).flatMap(
      (name) => /^vz-(.+)$/.exec(name)?.[1] ?? [],
    );
    // The groups of a kernel without controllers tell nothing.
    assert.deepEqual(await driver.usage([500, 501]), []);
    const mounts = readFileSync(host().places.mounts, "utf8");
    addGroup("memory", ctid, {
      "memory.usage_in_bytes": "9000\n",
      "memory.stat": "total_active_file 1000\ntotal_inactive_file 2000\n",
    });
    addGroup("cpuacct", ctid, { "cpuacct.usage": "1500000000\n" });
    assert.deepEqual(amountsOf(await driver.usage([500, 501, 502])), [
      { id: 500, memoryBytes: 6000, cpuSeconds: 1.5, processes: undefined },
    ]);
    assert.deepEqual(await driver.usage([501]), []);
    writeFileSync(host().places.mounts, mounts);
    await driver.stop(500, 1000);
    assert.deepEqual(await driver.usage([500]), []);
  });
});

describe("the usage of OpenVZ containers on a fake host with an OpenVZ kernel", () => {
  const { host, newDriver } = fakeDrivers({ generation: "v4", openvzKernel: true, vswap: true });

  it("is that of the kernel's tables", async () => {
    const driver = newDriver();
    await driver.create(lightSpec(500));
    await driver.start(500);
    const [ctid = ""] = readdirSync(host().path("vz/private"));
    writeFileSync(
      host().places.beancounters,
      `Version: 2.5\n uid resource held\n ${ctid}: kmemsize 1 1 1 1 0\n physpages 100 1 1 1 0\n numproc 4 1 1 1 0\n`,
    );
    writeFileSync(
      join(host().places.procVz, "vestat"),
      `Version: 2.2\n VEID user nice system\n ${ctid} 100 0 50 7\n`,
    );
    assert.deepEqual(amountsOf(await driver.usage([500])), [
      { id: 500, memoryBytes: 409_600, cpuSeconds: 1.5, processes: 4 },
    ]);
  });
});
