import assert from "node:assert/strict";
import fs from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import sinon from "sinon";
import { Cgroups, payloadPrefix } from "../../../../server/driver/lxc/cgroups/cgroups";
import { readHierarchies } from "../../../../server/driver/lxc/cgroups/hierarchies";
import { createLxcDriver } from "../../../../server/driver/lxc/driver";
import { engineProcesses } from "../../../../server/driver/lxc/leftovers";
import { defaultTimes } from "../../../../server/driver/lxc/times";
import { captureLog } from "../../../support/captured-log";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { eventually } from "../../../support/time/eventually";

describe("the watch of LXC containers", () => {
  const host = lxcHosts();
  let down: number[] = [];

  beforeEach(async () => {
    down = [];
    host().driver.watch((id) => down.push(id));
    await startContainer(host());
  });

  it("reports a container whose processes were killed", async () => {
    const { unified } = await readHierarchies();
    await writeFile(join(unified, payloadPrefix + host().place.container(500).name, "cgroup.kill"), "1");
    await eventually(() => down.length > 0, "it was told");
    assert.deepEqual(down, [500]);
    assert.deepEqual(await host().driver.list(), [{ id: 500, state: "stopped" }]);
  });

  for (const command of ["reboot", "reboot -f"]) {
    it(`does not report a ${command} as a stop`, async () => {
      const monitor = async (): Promise<number | undefined> =>
        (await engineProcesses(host().place)).find(({ kind }) => kind === "monitor")?.pid;
      const [watching, before] = [await monitor(), await shell(host(), "ip link show eth0")];
      await shell(host(), command).catch(() => undefined);
      await eventually(async () => {
        const now = await shell(host(), "ip link show eth0").catch(() => before);
        return now !== before && now.includes("eth0");
      }, "it runs again");
      assert.equal(await monitor(), watching);
      assert.match(await shell(host(), "ip -4 -o address show eth0"), /inet 198\.18\.0\.100\/24/);
      assert.deepEqual(down, []);
      assert.deepEqual(await host().driver.list(), [{ id: 500, state: "running" }]);
    });
  }

  it("starts a container again whose cgroup could not be removed for its reboot, and does not report a stop", async () => {
    const cgroups = new Cgroups(await readHierarchies());
    const { name } = host().place.container(500);
    const stranger = execa("sleep", ["60"], { reject: false });
    try {
      const folder = join(cgroups.payload(name), "stranger");
      await mkdir(folder);
      await writeFile(join(folder, "cgroup.procs"), String(stranger.pid));
      await shell(host(), "reboot -f").catch(() => undefined);
      assert.ok((await stranger).isTerminated);
      await eventually(
        async () => (await shell(host(), "hostname").catch(() => "")) === "host-500",
        "it runs",
      );
      assert.deepEqual(
        [...cgroups.namesAnywhere()].filter((each) => each.startsWith(`${name}-`)),
        [],
      );
    } finally {
      stranger.kill("SIGKILL");
      await stranger;
    }
    assert.deepEqual(down, []);
    assert.deepEqual(await host().driver.list(), [{ id: 500, state: "running" }]);
    await host().driver.stop(500, 0);
    await eventually(() => down.length > 0, "it was told of the stop");
    assert.deepEqual(await host().driver.list(), [{ id: 500, state: "stopped" }]);
  });

  for (const command of ["poweroff", "halt"]) {
    it(`reports a container that ${command} ended`, async () => {
      await shell(host(), command).catch(() => undefined);
      await eventually(() => down.length > 0, "it was told");
      assert.deepEqual(down, [500]);
      assert.deepEqual(await host().driver.list(), [{ id: 500, state: "stopped" }]);
    });
  }

  it("reports a container whose monitor was killed, although nothing cleans up after it", async () => {
    const monitor = (await engineProcesses(host().place)).find(({ kind }) => kind === "monitor");
    await host().driver.close();
    const driver = createLxcDriver(host().options, { ...defaultTimes, sweepEveryMs: 50 });
    driver.watch((id) => down.push(id));
    try {
      process.kill(monitor?.pid ?? 0, "SIGKILL");
      await eventually(() => down.length > 0, "it was told");
    } finally {
      await driver.close();
    }
    assert.deepEqual(down, [500]);
    await host().driver.start(500);
    assert.equal(await shell(host(), "hostname"), "host-500");
  });

  for (const { what, kill } of [
    { what: "monitor", kill: ["monitor"] },
    { what: "first process, whose monitor is stopped and then killed,", kill: ["monitor", "init"] },
  ]) {
    it(`reports a container whose ${what} was killed, long before the next sweep`, async () => {
      const monitor = (await engineProcesses(host().place)).find(({ kind }) => kind === "monitor")?.pid ?? 0;
      const init = Number(await readFile(`/proc/${monitor}/task/${monitor}/children`, "utf8"));
      await host().driver.close();
      const driver = createLxcDriver(host().options, { ...defaultTimes, sweepEveryMs: 3_600_000 });
      driver.watch((id) => down.push(id));
      try {
        await driver.start(500);
        if (kill.includes("init")) {
          process.kill(monitor, "SIGSTOP");
          process.kill(init, "SIGKILL");
        }
        process.kill(monitor, "SIGKILL");
        await eventually(() => down.length > 0, "it was told");
        assert.deepEqual(await driver.list(), [{ id: 500, state: "stopped" }]);
        assert.equal(
          new Cgroups(await readHierarchies()).hasAnywhere(host().place.container(500).name),
          false,
        );
        await driver.start(500);
        assert.equal(await shell(host(), "hostname"), "host-500");
        await eventually(async () => (await engineProcesses(host().place)).length > 0, "it runs again");
        await driver.stop(500, 0);
        await eventually(() => down.length > 1, "it was told again");
      } finally {
        await driver.close();
      }
      assert.deepEqual(down, [500, 500]);
    });
  }

  it("finds stopped containers by polling, if the kernel refuses a watch", async () => {
    await host().driver.close();
    const refusal = Object.assign(new Error("System limit reached"), { code: "ENOSPC" });
    const refused = sinon.stub(fs, "watch").throws(refusal);
    const clock = sinon.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { log, lines } = captureLog();
    const driver = createLxcDriver({ ...host().options, log });
    try {
      driver.watch((id) => down.push(id));
      await eventually(() => refused.called, "a watch was requested");
      assert.match(String(lines[0]?.["msg"]), /only every 10 s: System limit reached.*fs\.inotify/);
      clock.tick(10_000);
      await driver.stop(500, 0);
      await eventually(() => {
        clock.tick(10_000);
        return down.length > 0;
      }, "it was told");
      assert.deepEqual(down, [500]);
    } finally {
      await driver.close();
      clock.restore();
      refused.restore();
    }
  });

  it("reports nothing once the driver is closed", async () => {
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
