import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { execa } from "execa";
import type { Driver } from "../../../../server/driver/driver";
import { processes } from "../../../../server/driver/lxc/commands/processes";
import { createLxcDriver } from "../../../../server/driver/lxc/driver";
import { defaultTimes, type Times } from "../../../../server/driver/lxc/times";
import { assertMccError } from "../../../support/assert-error";
import { type LxcHost, lxcHosts } from "../../../support/lxc/lxc-host";
import { fakePrograms } from "../../../support/programs/fake-programs";
import { eventually } from "../../../support/time/eventually";
import { containerSpec, execRequest, testImage, textFile } from "../container-spec";

/** No other process sleeps for this time. */
const hangs = "/bin/sleep 86399 & wait";
const fails = "echo no luck today >&2; exit 3";

const hurriedTimes: Times = { ...defaultTimes, unpackTimeoutFactor: 2, noticeMs: 100, goingMs: 100 };

interface Fault {
  readonly program: string;
  readonly operation: string;
  /** The name in the message, if it is not the program's. */
  readonly title?: string;
  /** The waiting times of the driver, if they are not `hurriedTimes`. */
  readonly times?: Times;
  readonly run: (driver: Driver, host: LxcHost) => Promise<unknown>;
}

const faults: readonly Fault[] = [
  { program: "unshare", operation: "open", run: (driver) => driver.open() },
  { program: "ip", operation: "open", run: (driver) => driver.open() },
  { program: "nft", operation: "open", run: (driver) => driver.open() },
  {
    program: "lxc-usernsexec",
    operation: "importImage",
    run: (driver, host) => driver.importImage("other", host.tarball),
  },
  {
    program: "tar",
    operation: "importImage",
    title: "lxc-usernsexec",
    run: (driver, host) => driver.importImage("other", host.tarball),
  },
  {
    program: "du",
    operation: "importImage",
    times: { ...hurriedTimes, unpackTimeoutFactor: 20 },
    run: (driver, host) => driver.importImage("other", host.tarball),
  },
  {
    program: "sync",
    operation: "importImage",
    // The real unpacking before it has the same limit.
    times: { ...hurriedTimes, unpackTimeoutFactor: 10 },
    run: (driver, host) => driver.importImage("other", host.tarball),
  },
  { program: "lxc-start", operation: "start", run: (driver) => driver.start(500) },
  {
    program: "lxc-attach",
    operation: "exec",
    title: 'The command "true" in container 501',
    run: (driver) => driver.exec(501, execRequest(["true"], { timeoutMs: 300 })),
  },
  {
    program: "lxc-attach",
    operation: "writeFiles",
    title: "The command .* in container 501",
    run: (driver) => driver.writeFiles(501, [textFile("/etc/motd", "hello")]),
  },
];

describe("the LXC driver, when engine commands fail", () => {
  const host = lxcHosts();
  const fakes = fakePrograms();

  beforeEach(async () => {
    const { driver, tarball } = host();
    await driver.importImage(testImage, tarball);
    await driver.create(containerSpec(500));
    await driver.create(containerSpec(501));
    await driver.start(501);
    // The drivers of the tests end the commands of an earlier one.
    await driver.close();
  });

  /** Makes the real programs available again, and checks that the fakes and their callers left nothing. */
  const assertNoRemains = async (): Promise<void> => {
    await fakes().remove();
    const asleep = async (): Promise<boolean> =>
      (await processes()).some(({ words }) => words.includes("86399"));
    await eventually(async () => !(await asleep()), "the fakes have ended");
    assert.deepEqual(await readdir(host().place.images), [testImage], "no half-made image is left");
  };

  /** A driver with short waiting times, not opened yet. */
  const hurriedDriver = (times: Times): Driver =>
    createLxcDriver({ ...host().options, commandTimeoutMs: 150 }, times);

  for (const { program, operation, title = program, times = hurriedTimes, run } of faults) {
    it(`${operation} reports the message of ${program} when it fails`, async () => {
      const current = host();
      const driver = current.nextDriver();
      await fakes().put(program, fails);
      await assertMccError(run(driver, current), "engine", /no luck today/);
      await assertNoRemains();
      await driver.close();
    });

    it(`${operation} ends ${program} when it hangs`, async () => {
      const current = host();
      const driver = hurriedDriver(times);
      await fakes().put(program, hangs);
      await assertMccError(
        run(driver, current),
        "timeout",
        new RegExp(`${title}.*(was killed|did not answer)`),
      );
      await assertNoRemains();
      await driver.close();
    });
  }

  for (const [how, body] of Object.entries({ fails, hangs })) {
    it(`stop kills the container when lxc-stop ${how}`, async () => {
      const driver = createLxcDriver(host().options, hurriedTimes);
      await fakes().put("lxc-stop", body);
      await driver.stop(501, 300);
      assert.ok((await driver.list()).every(({ state }) => state === "stopped"));
      await assertNoRemains();
      await driver.close();
    });
  }

  it("start fails with LXC's own message, and works once the cause is removed", async () => {
    const { driver, place } = host();
    await driver.destroy(501);
    await execa("ip", ["link", "delete", place.bridge]);
    const error = await assertMccError(driver.start(500), "engine", /lxc-start of container 500/);
    assert.match(error.message, new RegExp(place.bridge));
    assert.deepEqual(await driver.list(), [{ id: 500, state: "stopped" }]);
    await driver.open();
    await driver.start(500);
    assert.deepEqual(await driver.list(), [{ id: 500, state: "running" }]);
  });

  it("names a missing program and its package", async () => {
    const { nextDriver } = host();
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      const findings = await nextDriver().preflight();
      assert.deepEqual(
        findings.filter(({ lacking }) => lacking.startsWith("lxc-start")),
        [{ lacking: "lxc-start is not installed; it starts the containers", remedy: "apt install lxc" }],
      );
      await assertMccError(
        nextDriver().start(500),
        "engine",
        /lxc-start is not on the PATH.*apt install lxc/,
      );
    } finally {
      process.env["PATH"] = path;
    }
  });
});
