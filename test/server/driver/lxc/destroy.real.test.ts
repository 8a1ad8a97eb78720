import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Driver } from "../../../../server/driver/driver";
import { readHierarchies } from "../../../../server/driver/lxc/cgroups/hierarchies";
import { processes } from "../../../../server/driver/lxc/commands/processes";
import { createLxcDriver } from "../../../../server/driver/lxc/driver";
import { engineProcesses } from "../../../../server/driver/lxc/leftovers";
import { defaultTimes } from "../../../../server/driver/lxc/times";
import { assertMccError } from "../../../support/assert-error";
import { type LxcHost, lxcHosts } from "../../../support/lxc/lxc-host";
import { type Nastiness, nastyContainers, placeVariables } from "../../../support/lxc/nasty-containers";
import { eventually } from "../../../support/time/eventually";
import { containerSpec, execRequest, testImage } from "../container-spec";

/** The ways in which containers are destroyed. None leaves anything. */
const ends: Readonly<Record<string, (driver: Driver, id: number) => Promise<void>>> = {
  "are destroyed while they run": (driver, id) => driver.destroy(id),
  "are stopped, then destroyed": async (driver, id) => {
    await driver.stop(id, 100);
    assert.ok(
      (await driver.list()).some((container) => container.id === id && container.state === "stopped"),
    );
    await driver.destroy(id);
  },
  "are stopped, started and destroyed": async (driver, id) => {
    await driver.stop(id, 0);
    if (nastyContainers[id - first]?.unstartable !== true) {
      await driver.start(id);
    }
    await driver.destroy(id);
  },
};
const first = 500;

/** A cgroup of the host in which a killed process does not end, like one that waits for a dead disk. */
async function holdOnHost(pid: string | undefined): Promise<() => Promise<void>> {
  const freezer = (await readHierarchies()).old.find(({ controllers }) => controllers.includes("freezer"));
  assert.ok(freezer !== undefined && pid !== undefined);
  const cgroup = join(freezer.folder, `minicloud-test-${process.pid}`);
  await mkdir(cgroup);
  await writeFile(join(cgroup, "cgroup.procs"), pid);
  await writeFile(join(cgroup, "freezer.state"), "FROZEN");
  return async () => {
    await writeFile(join(cgroup, "freezer.state"), "THAWED");
    await eventually(
      async () => (await readFile(join(cgroup, "cgroup.procs"), "utf8")) === "",
      "the process has ended",
    );
    await rmdir(cgroup);
  };
}

describe("containers that are hard to remove", () => {
  const host = lxcHosts();
  const hurried = { ...defaultTimes, monitorPatienceMs: 1500 };
  let other = "";

  beforeEach(async () => {
    other = join(dirname(host().options.folder), "other");
    await mkdir(other, { recursive: true });
    await writeFile(join(other, "kept"), "kept");
    await host().driver.importImage(testImage, host().tarball);
    const failures = await failuresOf(async ({ inside, outside }, index) => {
      const id = first + index;
      await host().driver.create(containerSpec(id));
      await host().driver.start(id);
      const { exitCode, stderr } = await host().driver.exec(
        id,
        execRequest(["sh", "-euc", inside ?? "true"]),
      );
      assert.equal(exitCode, 0, Buffer.from(stderr).toString());
      await execa("bash", ["-euc", outside ?? "true"], {
        env: { ...(await variablesOf(host(), id)), other },
        stdio: "ignore",
      });
    });
    assert.deepEqual(failures, []);
  });
  afterEach(async () => {
    // Stops a process that a test started on the host, in the network of a container.
    for (const { pid } of (await processes()).filter(({ words }) => words.includes("86398"))) {
      process.kill(pid, "SIGKILL");
    }
  });

  for (const [how, end] of Object.entries(ends)) {
    it(`${how}, by the next daemon`, async () => {
      await host().driver.close();
      const driver = createLxcDriver(host().options, hurried);
      try {
        await driver.open();
        const failures = await failuresOf((_, index) => end(driver, first + index));
        assert.deepEqual(failures, []);
        assert.deepEqual(await driver.list(), []);
        assert.deepEqual(await readdir(host().place.containers), []);
        assert.deepEqual(await readdir(other), ["kept"]);
      } finally {
        await driver.close();
      }
    });
  }
});

describe("a container whose process the kernel blocks", () => {
  const host = lxcHosts();
  const hurried = { ...defaultTimes, monitorPatienceMs: 300 };

  it("is reported, does not delay others, and is destroyed once the process can end", async function () {
    if (!(await readHierarchies()).old.some(({ controllers }) => controllers.includes("freezer"))) {
      this.skip();
    }
    const { driver, tarball, options } = host();
    await driver.importImage(testImage, tarball);
    for (const id of [500, 501]) {
      await driver.create(containerSpec(id));
      await driver.start(id);
    }
    await driver.exec(500, execRequest(["sh", "-c", "sleep 86398 >/dev/null 2>&1 &"]));
    const sleeper = (await processes()).find(({ words }) => words.join(" ") === "sleep 86398");
    await driver.close();
    const next = createLxcDriver(options, hurried);
    const release = await holdOnHost(String(sleeper?.pid));
    try {
      const held = assertMccError(
        next.destroy(500),
        "timeout",
        /Container 500 .*process \d+ \(\w+, in uninterruptible sleep/,
      );
      await next.destroy(501);
      await held;
      assert.deepEqual(await next.list(), [{ id: 500, state: "running" }]);
    } finally {
      await release();
    }
    await next.destroy(500);
    assert.deepEqual(await next.list(), []);
    await next.close();
  });
});

/** Runs the work for each of them, a few at a time, like the cloud. @returns the failures. */
async function failuresOf(work: (item: Nastiness, index: number) => Promise<void>): Promise<string[]> {
  const left = [...nastyContainers.entries()];
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, item] = next;
      await work(item, index).catch((error: unknown) => failures.push(`${item.what}: ${String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return failures;
}

async function variablesOf({ place }: LxcHost, id: number): Promise<Record<string, string>> {
  const container = place.container(id);
  const monitor = (await engineProcesses(place)).find(
    (found) => found.kind === "monitor" && found.container === id,
  )?.pid;
  const children = await readFile(`/proc/${monitor ?? 0}/task/${monitor ?? 0}/children`, "utf8");
  return {
    ...placeVariables(container),
    containers: place.containers,
    monitor: String(monitor),
    init: children.trim(),
  };
}
