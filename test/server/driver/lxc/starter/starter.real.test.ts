import assert from "node:assert/strict";
import { chmod, mkdir, readlink, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Driver } from "../../../../../server/driver/driver";
import { readHierarchies } from "../../../../../server/driver/lxc/cgroups/hierarchies";
import { monitoredName } from "../../../../../server/driver/lxc/cgroups/monitor";
import { commands, type EngineCommand } from "../../../../../server/driver/lxc/commands/command";
import { type HostProcess, processes } from "../../../../../server/driver/lxc/commands/processes";
import { Starter, starterProgram } from "../../../../../server/driver/lxc/starter/starter";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { fakePrograms } from "../../../../support/programs/fake-programs";
import { eventually } from "../../../../support/time/eventually";
import { containerSpec, testImage } from "../../container-spec";
import { driverOptions } from "../../driver-options";

const ids = [500, 501, 502, 503, 504, 505];

describe("the process that starts containers of LXC", () => {
  const host = lxcHosts({ commandTimeoutMs: 2000 });
  const fakes = fakePrograms();
  const newFolder = temporaryFolders();

  beforeEach(async () => {
    const { driver, tarball } = host();
    await driver.importImage(testImage, tarball);
    for (const id of ids) {
      await driver.create(containerSpec(id));
    }
  });

  const starters = async (): Promise<HostProcess[]> =>
    (await processes()).filter(
      ({ words }) => basename(words[0] ?? "") === starterProgram && words.includes(host().place.containers),
    );
  /** Returns the names of the programs that started the containers that run. */
  const startedBy = async (): Promise<string[]> => {
    const monitors = (await processes()).filter(
      ({ words }) => monitoredName(words, host().place.containers) !== undefined,
    );
    return await Promise.all(monitors.map(async ({ pid }) => basename(await readlink(`/proc/${pid}/exe`))));
  };
  const states = async (driver: Driver): Promise<Set<string>> =>
    new Set((await driver.list()).map(({ state }) => state));

  it("starts all of them at once, and ends with the driver", async () => {
    const { driver } = host();
    await Promise.all(ids.map((id) => driver.start(id)));
    assert.deepEqual(
      await startedBy(),
      ids.map(() => starterProgram),
    );
    assert.equal((await starters()).length, 1);
    await driver.close();
    assert.deepEqual(await starters(), []);
    assert.deepEqual(await states(driver), new Set(["running"]));
  });

  it("is not used if the PATH has another lxc-start first", async () => {
    const { driver } = host();
    await fakes().put("lxc-start", 'exec /usr/bin/lxc-start "$@"');
    await driver.start(500);
    await fakes().remove();
    await driver.start(501);
    assert.deepEqual((await startedBy()).sort(), ["lxc-start", starterProgram].sort());
  });

  for (const afterMs of [0, 2, 5, 10, 20, 40]) {
    it(`is started again if it is killed ${afterMs} ms after requests`, async () => {
      const { driver } = host();
      const [starter] = await starters();
      const starts = ids.map((id) => driver.start(id));
      const results = Promise.allSettled(starts);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      process.kill(starter?.pid ?? 0, "SIGKILL");
      for (const result of await results) {
        if (result.status === "rejected") {
          await assertMccError(Promise.reject(result.reason as Error), "engine", /was lost/);
        }
      }
      await Promise.all(ids.map((id) => driver.start(id)));
      assert.deepEqual(await states(driver), new Set(["running"]));
      await driver.stop(500, 0);
      await eventually(async () => (await starters()).length === 1, "the next process is there");
      await driver.start(500);
      assert.equal((await starters()).length, 1);
    });
  }

  it("does not keep starts waiting if it hangs", async () => {
    const { driver } = host();
    const [starter] = await starters();
    process.kill(starter?.pid ?? 0, "SIGSTOP");
    await assertMccError(driver.start(500), "timeout", /lxc-start of container 500 did not end within 2 s/);
    await driver.start(500);
    assert.deepEqual(await startedBy(), ["lxc-start"]);
  });

  it("reports why LXC refuses a start, and accepts the next one", async () => {
    const { driver, place } = host();
    const configuration = place.container(500).configuration;
    await writeFile(configuration, "lxc.rootfs.path = dir:/nonexistent\n", { flag: "a" });
    await assertMccError(driver.start(500), "engine", /lxc-start of container 500 failed.*nonexistent/);
    await driver.start(501);
    assert.deepEqual(await startedBy(), [starterProgram]);
    await driver.destroy(500);
  });

  describe("asked directly", () => {
    let starter: Starter;

    beforeEach(async () => {
      const { place } = host();
      starter = new Starter(place, driverOptions(place.folder).log, 2000);
      await starter.open(undefined);
    });

    afterEach(() => starter.close());

    const startOf = (id: number): EngineCommand => {
      const { place } = host();
      return commands.start(place, place.container(id), place.bridge, undefined);
    };

    const complaintOf = async (id: number): Promise<string> => {
      const { how, complaints } = await starter.begin(startOf(id)).ended;
      return `${how}: ${complaints}`;
    };

    it("ends no other start when one is killed that has no process yet", async () => {
      const programs = ids.map((id) => starter.begin(startOf(id)));
      programs[2]?.kill();
      const endings = await Promise.all(programs.map(({ ended }) => ended));
      assert.deepEqual(
        endings.map(({ exitCode }) => exitCode),
        [0, 0, undefined, 0, 0, 0],
      );
    });

    it("sets no host name that the kernel refuses, and goes on", async () => {
      for (const [namespace, name] of [
        ["/nonexistent", "web"],
        ["/nonexistent", ""],
        ["/dev/null", "web"],
        ["/proc/self/ns/net", "web"],
        ["/proc/self/ns/uts", "w".repeat(65)],
      ] as const) {
        assert.equal(await starter.setHostName(namespace, name), false, namespace);
      }
      assert.ok(starter.isReady);
      assert.equal((await starter.begin(startOf(500)).ended).exitCode, 0);
    });

    it("is ended if it does not answer to a host name, and another one is started", async () => {
      await host().driver.close();
      const [ours] = await starters();
      process.kill(ours?.pid ?? 0, "SIGSTOP");
      assert.equal(await starter.setHostName("/nonexistent", "web"), false);
      await eventually(async () => (await starters()).length === 0, "it has ended");
      assert.equal(starter.isReady, false);
      assert.equal((await starter.begin(startOf(500)).ended).exitCode, 0);
      await eventually(() => Promise.resolve(starter.isReady), "the next one is ready");
    });

    it("is killed if it does not end", async () => {
      await host().driver.close();
      const [ours] = await starters();
      process.kill(ours?.pid ?? 0, "SIGSTOP");
      await starter.close();
      assert.deepEqual(await starters(), []);
    });

    it("succeeds for a container that runs", async () => {
      assert.equal((await starter.begin(startOf(500)).ended).exitCode, 0);
      assert.equal((await starter.begin(startOf(500)).ended).exitCode, 0);
      assert.deepEqual(await startedBy(), [starterProgram]);
    });

    it("refuses a container without a configuration, which LXC would run with the host's files", async () => {
      await rm(host().place.container(500).configuration);
      assert.equal(
        await complaintOf(500),
        "failed with exit code 66: the container has no configuration file",
      );
      assert.deepEqual(await startedBy(), []);
    });

    it("reports a log that cannot be opened", async () => {
      await mkdir(host().place.container(500).log);
      assert.equal(
        await complaintOf(500),
        "failed with exit code 149: the log file cannot be opened: EISDIR",
      );
    });

    it("reports that the host allows no more processes, and accepts the next start", async () => {
      await host().driver.close();
      const { old, unified } = await readHierarchies();
      const hierarchy = old.find(({ controllers }) => controllers.includes("pids"))?.folder ?? unified;
      const cgroup = join(hierarchy, `minicloud-test-${process.pid}`);
      const [ours] = await starters();
      await mkdir(cgroup);
      try {
        await writeFile(join(cgroup, "pids.max"), "1");
        await writeFile(join(cgroup, "cgroup.procs"), String(ours?.pid));
        assert.equal((await starter.begin(startOf(500)).ended).how, "failed: fork EAGAIN");
      } finally {
        await writeFile(join(hierarchy, "cgroup.procs"), String(ours?.pid));
        await rmdir(cgroup);
      }
      assert.equal((await starter.begin(startOf(500)).ended).exitCode, 0);
      assert.deepEqual(await startedBy(), [starterProgram]);
    });
  });

  it("is not needed: lxc-start starts the containers where it cannot run", async () => {
    const { place } = host();
    const file = join(await newFolder(), starterProgram);
    await writeFile(file, "#!/bin/sh\nexit 69\n");
    await chmod(file, 0o755);
    const warnings: string[] = [];
    const { log } = driverOptions(place.folder);
    const telling = { ...log, warn: (_details: object, text: string) => warnings.push(text) };
    const starter = new Starter(place, telling, 2000, file);
    await starter.open(undefined);
    assert.deepEqual(warnings, [`${starterProgram} cannot be used; lxc-start starts the containers`]);
    const command = commands.start(place, place.container(500), place.bridge, undefined);
    assert.deepEqual((await starter.begin(command).ended).exitCode, 0);
    assert.deepEqual(await startedBy(), ["lxc-start"]);
    await starter.close();
  });

  it("is not needed where it cannot be started", async () => {
    const { place } = host();
    const starter = new Starter(place, driverOptions(place.folder).log, 2000);
    await starter.open({ program: "nsenter", words: ["-".repeat(4 * 1024 * 1024)] });
    const command = commands.start(place, place.container(500), place.bridge, undefined);
    assert.deepEqual((await starter.begin(command).ended).exitCode, 0);
    assert.deepEqual(await startedBy(), ["lxc-start"]);
    await starter.close();
  });
});
