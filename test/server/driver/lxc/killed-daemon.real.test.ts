import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { readHierarchies } from "../../../../server/driver/lxc/cgroups/hierarchies";
import { processes } from "../../../../server/driver/lxc/commands/processes";
import { requireProgram } from "../../../../server/driver/lxc/commands/programs";
import { starterProgram } from "../../../../server/driver/lxc/starter/starter";
import { compiled } from "../../../support/checkout";
import type { DriverTask } from "../../../support/lxc/driver-process";
import { type LxcHost, lxcHosts } from "../../../support/lxc/lxc-host";
import { fakePrograms } from "../../../support/programs/fake-programs";
import { eventually } from "../../../support/time/eventually";
import { containerSpec, execRequest, testImage } from "../container-spec";

/** A daemon whose kill ends neither its commands nor its containers. */
class DyingDaemon {
  readonly #child: ChildProcess;
  #said = "";

  constructor({ options, tarball }: LxcHost, work: DriverTask["work"]) {
    const { folder, serverId, network } = options;
    const task: DriverTask = { options: { folder, serverId, network }, work, tarball };
    this.#child = spawn(
      process.execPath,
      [compiled("test/support/lxc/driver-process.js"), JSON.stringify(task)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.#child.stdout?.on("data", (chunk) => {
      this.#said += String(chunk);
    });
  }

  async said(word: "opened" | "done"): Promise<void> {
    await eventually(() => this.#said.includes(word), `the daemon said ${word}`);
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}

describe("the LXC driver, after its daemon was killed", () => {
  const host = lxcHosts();
  const fakes = fakePrograms();

  beforeEach(async () => {
    const { driver, tarball } = host();
    await driver.importImage(testImage, tarball);
    await driver.close();
  });

  /** The signs on the host of a container's start, in this order. */
  const moments: Record<string, () => boolean | Promise<boolean>> = {
    "the monitor has a cgroup": async () => existsSync(await cgroup("lxc.monitor.")),
    "the cable exists": () => existsSync(join("/sys/class/net", `${host().place.vethPrefix}500`)),
    "the container has a cgroup": async () => existsSync(await cgroup("lxc.payload.")),
  };
  const cgroup = async (prefix: string): Promise<string> =>
    join((await readHierarchies()).unified, prefix + host().place.container(500).name);
  /** Not counted: the process that a daemon keeps for the starts of containers. */
  const commandsAtWork = async (): Promise<number> =>
    (await processes()).filter(
      ({ words }) =>
        words.includes(host().place.containers) && !words.some((word) => basename(word) === starterProgram),
    ).length;

  for (const [moment, hasCome] of Object.entries(moments)) {
    it(`destroys a container whose start was interrupted when ${moment}`, async () => {
      const { nextDriver } = host();
      await nextDriver().create(containerSpec(500));
      const daemon = new DyingDaemon(host(), "start");
      await eventually(hasCome, moment);
      await daemon.kill();
      const driver = nextDriver();
      assert.deepEqual(
        (await driver.list()).map(({ id }) => id),
        [500],
      );
      await driver.destroy(500);
      assert.deepEqual(await driver.list(), []);
      await driver.close();
    });
  }

  for (const work of ["create", "stop", "destroy"] as const) {
    it(`destroys the remains of a ${work} that was interrupted at any time`, async () => {
      const { nextDriver } = host();
      const before = nextDriver();
      if (work !== "create") {
        await before.create(containerSpec(500));
        await before.open();
        await before.start(500);
      }
      await before.close();
      const daemon = new DyingDaemon(host(), work);
      await daemon.said("opened");
      await daemon.kill();
      const driver = nextDriver();
      await driver.open();
      await driver.destroy(500);
      assert.deepEqual(await driver.list(), []);
      await driver.close();
    });
  }

  it("destroys a container before a command for it has started", async () => {
    const { nextDriver } = host();
    await nextDriver().create(containerSpec(500));
    const real = requireProgram("lxc-start");
    await fakes().put("lxc-start", `/bin/sleep 1; exec ${real} "$@"`);
    const daemon = new DyingDaemon(host(), "start");
    await eventually(async () => (await commandsAtWork()) > 0, "the command waits");
    await daemon.kill();
    await fakes().remove();
    const driver = nextDriver();
    await driver.destroy(500);
    assert.deepEqual(await driver.list(), []);
    assert.equal(await commandsAtWork(), 0);
    await driver.close();
  });

  it("ends hanging engine commands, but only before its first change", async () => {
    const { nextDriver } = host();
    await nextDriver().create(containerSpec(500));
    await fakes().put("lxc-start", "/bin/sleep 86399 & wait");
    const daemon = new DyingDaemon(host(), "start");
    await eventually(async () => (await commandsAtWork()) > 0, "the command hangs");
    await daemon.kill();
    await fakes().remove();
    const driver = nextDriver();
    assert.deepEqual(await driver.list(), [{ id: 500, state: "stopped" }]);
    assert.equal(await commandsAtWork(), 1, "looking changes nothing");
    await driver.open();
    assert.equal(await commandsAtWork(), 0);
    await driver.start(500);
    assert.deepEqual(await driver.list(), [{ id: 500, state: "running" }]);
    await driver.close();
  });

  it("removes an image that was being unpacked", async () => {
    const { nextDriver, place } = host();
    await fakes().put("tar", "/bin/sleep 86399 & wait");
    const daemon = new DyingDaemon(host(), "importImage");
    await eventually(async () => (await readdir(place.images)).length > 1, "the import has begun");
    await daemon.kill();
    await fakes().remove();
    const driver = nextDriver();
    await driver.open();
    assert.deepEqual(await readdir(place.images), [testImage]);
    await eventually(
      async () => !(await processes()).some(({ words }) => words.includes("86399")),
      "the unpacking has ended",
    );
    await driver.close();
  });

  it("continues with running containers", async () => {
    const { nextDriver } = host();
    await nextDriver().create(containerSpec(500));
    const daemon = new DyingDaemon(host(), "start");
    await daemon.said("done");
    await daemon.kill();
    const driver = nextDriver();
    await driver.open();
    assert.deepEqual(await driver.list(), [{ id: 500, state: "running" }]);
    const { stdout } = await driver.exec(500, execRequest(["hostname"]));
    assert.equal(Buffer.from(stdout).toString(), "host-500\n");
    await driver.close();
  });
});
