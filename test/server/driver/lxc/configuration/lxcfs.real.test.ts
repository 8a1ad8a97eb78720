import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { execa } from "execa";
import { lxcfsAdvice, lxcfsWords } from "../../../../../server/driver/lxc/configuration/lxcfs";
import { runMccserver } from "../../../../support/daemons/run-mccserver";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

const folder = "/var/lib/lxcfs";
const pidFile = "/run/minicloud-test-lxcfs.pid";
const type = { name: "small", memoryBytes: 64 * 1024 * 1024, cpus: 1 };
const total = "awk '/^MemTotal/ {print $2}' /proc/meminfo";

describe("lxcfs", () => {
  const host = lxcHosts();
  let lxcfs: ChildProcess | undefined;

  // LXC's commands have a mount namespace of their own, which sees later mounts only below a shared mount, such as `/` is on
  // most hosts.
  before(async () => {
    await mkdir(folder, { recursive: true });
    await execa("mount", ["--bind", folder, folder]);
    await execa("mount", ["--make-shared", folder]);
  });
  afterEach(end);
  after(async () => {
    await execa("umount", ["--lazy", folder]);
    await rm("/run/lxcfs", { recursive: true, force: true });
  });

  async function begin(): Promise<void> {
    lxcfs = spawn("lxcfs", ["-f", "-p", pidFile, folder], { stdio: "ignore" });
    await eventually(async () => (await lxcfsWords()).length > 0, "lxcfs runs");
  }

  async function kill(): Promise<void> {
    if (lxcfs?.exitCode === null && lxcfs.signalCode === null) {
      const exited = once(lxcfs, "exit");
      lxcfs.kill("SIGKILL");
      await exited;
    }
  }

  async function end(): Promise<void> {
    if (lxcfs !== undefined) {
      await kill();
      await execa("umount", ["--lazy", folder]);
      await rm(pidFile, { force: true });
      lxcfs = undefined;
    }
  }

  it("shows an instance its own limits where it runs, and holds up no start where it does not", async () => {
    assert.deepEqual(await lxcfsWords(), []);
    assert.match((await lxcfsAdvice())[0]?.remedy ?? "", /apt install lxcfs/);
    assert.deepEqual(await host().driver.preflight(), []);
    assert.deepEqual(await host().driver.preflight({ optional: true }), await lxcfsAdvice());
    const check = ["--check", "--driver", "lxc", "--state-dir", `${host().options.folder}-none`];
    const { exitCode, stdout, stderr } = await runMccserver(check);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^mccserver: optional: lxcfs does not run; .* \(apt install lxcfs\)$/m);
    await startContainer(host(), 500, { type });
    assert.notEqual(await shell(host(), total), "65536");
    await host().driver.stop(500, 0);
    await begin();
    assert.deepEqual(await host().driver.preflight({ optional: true }), []);
    await host().driver.start(500);
    assert.equal(await shell(host(), total), "65536");
    assert.equal(await shell(host(), "grep -c ^lxcfs /proc/mounts"), "8");
    assert.match(
      await shell(host(), "head -n 3 /proc/cpuinfo; cat /sys/devices/system/cpu/online"),
      /^processor/,
    );
    await host().driver.resize(500, { ...type, memoryBytes: 128 * 1024 * 1024 });
    assert.equal(await shell(host(), total), "131072");
    await host().driver.stop(500, 0);
    await end();
    await host().driver.start(500);
    assert.notEqual(await shell(host(), total), "131072");
  });

  it("that was killed holds up no start", async () => {
    await begin();
    await kill();
    assert.deepEqual(await lxcfsWords(), []);
    await startContainer(host(), 500, { type });
    assert.match(await shell(host(), total), /^\d+$/);
  });
});
