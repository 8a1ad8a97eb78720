import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { payloadPrefix } from "../../../../server/driver/lxc/cgroups";
import { readHierarchies } from "../../../../server/driver/lxc/hierarchies";
import { engineProcesses } from "../../../../server/driver/lxc/leftovers";
import { eventually } from "../../../support/eventually";
import { lxcHosts } from "./lxc-host";
import { shell, startContainer } from "./running-container";

describe("the watch over LXC containers", () => {
  const host = lxcHosts();
  let down: number[] = [];

  beforeEach(async () => {
    down = [];
    host().driver.watch((id) => down.push(id));
    await startContainer(host());
  });

  it("tells of one whose processes were killed", async () => {
    const { unified } = await readHierarchies();
    await writeFile(join(unified, payloadPrefix + host().place.container(500).name, "cgroup.kill"), "1");
    await eventually(() => down.length > 0, "it was told");
    assert.deepEqual(down, [500]);
    assert.deepEqual(await host().driver.list(), [{ id: 500, running: false }]);
  });

  it("does not take a reboot for an end", async () => {
    const before = await shell(host(), "ip link show eth0");
    await shell(host(), "reboot -f").catch(() => undefined);
    await eventually(async () => {
      const now = await shell(host(), "ip link show eth0").catch(() => before);
      return now !== before && now.includes("eth0");
    }, "it runs again");
    assert.deepEqual(down, []);
    assert.deepEqual(await host().driver.list(), [{ id: 500, running: true }]);
  });

  it("tells of one whose monitor was killed, though nothing clears up after it", async () => {
    const monitor = (await engineProcesses(host().place)).find(({ kind }) => kind === "monitor");
    process.kill(monitor?.pid ?? 0, "SIGKILL");
    await eventually(() => down.length > 0, "it was told");
    assert.deepEqual(down, [500]);
    await host().driver.start(500);
    assert.equal(await shell(host(), "hostname"), "host-500");
  });

  it("tells nothing once the driver is closed", async () => {
    await host().driver.close();
    const next = host().nextDriver();
    const told: number[] = [];
    next.watch((id) => told.push(id));
    await next.stop(500, 0);
    await eventually(() => told.length > 0, "the next one was told");
    assert.deepEqual(down, []);
    await next.close();
  });
});
