import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import type { Driver } from "../../../../server/driver/driver";
import { createIncusDriver } from "../../../../server/driver/incus/driver";
import { FakeEngine, type Fault } from "../../../fakes/incus/fake-engine";
import { assertMccError } from "../../../support/assert-error";
import { leastRoot, tarArchive } from "../../../support/files/tar-archive";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";
import { eventually } from "../../../support/time/eventually";
import { containerSpec, execRequest, testImage, textFile } from "../container-spec";
import { driverOptions } from "../driver-options";

describe("the Incus driver, with a fake engine", () => {
  const newFolder = temporaryFolders();

  interface Subject {
    readonly engine: FakeEngine;
    readonly driver: Driver;
    readonly tarball: string;
  }

  async function newSubject(): Promise<Subject> {
    const folder = await newFolder();
    const engine = new FakeEngine();
    const socket = join(folder, "socket");
    await engine.start(socket);
    const tarball = join(folder, "image.tar");
    await writeFile(tarball, tarArchive(...leastRoot, { name: "usr/sbin/sshd" }));
    // The first one refuses the connection.
    const options = driverOptions(join(folder, "incus"), {
      engine: { url: `unix:${join(folder, "none")},unix:${socket}` },
    });
    return { engine, driver: createIncusDriver(options), tarball };
  }

  async function end({ engine, driver }: Subject): Promise<void> {
    await driver.close();
    await engine.stop();
  }

  const subject = perTest(newSubject, end);

  /** The life of a container, with each kind of call. */
  async function live({ driver, tarball }: Subject): Promise<void> {
    await driver.open();
    await driver.importImage(testImage, tarball);
    await driver.create(containerSpec(500, { files: [textFile("/srv/one", "one")] }));
    await driver.start(500);
    await driver.exec(500, execRequest(["true"]));
    await driver.resize(500, { name: "other", cpus: 2, diskBytes: 1e9 });
    await driver.rename(500, "another");
    await driver.stop(500, 0);
    await driver.writeFiles(500, [textFile("/srv/one", "two")]);
    assert.equal(Buffer.from((await driver.readFile(500, "/srv/one", 10)) ?? []).toString(), "two");
    await driver.destroy(500);
  }

  it("uses the next member if one refuses the connection", async () => {
    await live(subject());
    assert.deepEqual([...subject().engine.instances.keys()], []);
    await subject().driver.purge();
    assert.deepEqual([subject().engine.projects.size, subject().engine.images.size], [0, 0]);
  });

  it("leaves nothing behind, whichever call fails once", async function () {
    this.timeout(120_000);
    await live(subject());
    const { requests } = subject().engine;
    const faults = requests.flatMap((request, number): [number, string, Fault][] => [
      [number, request, "refused"],
      // Nothing has changed if the answer to a question is lost.
      ...(/^(GET|UPGRADE) /.test(request)
        ? []
        : ([[number, request, "answer lost"]] as [number, string, Fault][])),
    ]);
    const results = await Promise.all(
      faults.map(async ([failing, request, fault]) => {
        const tried = await newSubject();
        try {
          tried.engine.faultOf = (number) => (number === failing ? fault : undefined);
          const error: unknown = await live(tried).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          tried.engine.faultOf = () => undefined;
          await tried.driver.open();
          await tried.driver.destroy(500);
          const left = [...tried.engine.instances.keys()];
          await tried.driver.purge();
          const rest = left.length + tried.engine.images.size + tried.engine.projects.size;
          const isGood = rest === 0 && (error === undefined || MccError.isInstance(error));
          return isGood ? [] : [`${fault}: ${request} (${failing}): ${left.join()} ${String(error)}`];
        } finally {
          await end(tried);
        }
      }),
    );
    assert.deepEqual(results.flat(), []);
    assert.ok(faults.length > 40, String(faults.length));
  });

  describe("a command", () => {
    const streams = ["input", "output", "errors", "control"];
    const isStream = (request: string, stream: string): boolean =>
      request.startsWith("UPGRADE /1.0/operations/") && request.endsWith(` ${stream}`);

    beforeEach(async () => {
      const { driver, tarball } = subject();
      await driver.open();
      await driver.importImage(testImage, tarball);
      await driver.create(containerSpec(500));
      await driver.start(500);
    });

    for (const stream of streams) {
      it(`of which the engine refuses the connection "${stream}" once succeeds`, async () => {
        let refusals = 0;
        subject().engine.faultOf = (_number, request) => {
          refusals += isStream(request, stream) ? 1 : 0;
          return isStream(request, stream) && refusals === 1 ? "refused" : undefined;
        };
        const { exitCode } = await subject().driver.exec(500, execRequest(["true"]));
        assert.equal(exitCode, 0);
        const begins = subject().engine.requests.filter((request) => request.endsWith("/exec"));
        // Without its control connection, the command runs already.
        assert.equal(begins.length, stream === "control" ? 1 : 2);
      });
    }

    it("that ends before its control connection is open succeeds", async () => {
      subject().engine.delayOf = (request) => (isStream(request, "control") ? 50 : 0);
      const { exitCode } = await subject().driver.exec(500, execRequest(["true"]));
      assert.equal(exitCode, 0);
    });

    it("that the engine never connects fails with the engine's words", async () => {
      subject().engine.faultOf = (_number, request) => (isStream(request, "output") ? "refused" : undefined);
      const failing = subject().driver.exec(500, execRequest(["true"]));
      await assertMccError(failing, "engine", /refused GET .*websocket: a fault/);
      const begins = subject().engine.requests.filter((request) => request.endsWith("/exec"));
      assert.equal(begins.length, 3);
    });
  });

  it("removes an image whose import went on after it was reported to have failed", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    engine.importMs = 250;
    engine.faultOf = (_number, request) => (request === "POST /1.0/images" ? "answer lost" : undefined);
    await assertMccError(driver.importImage(testImage, tarball), "engine", /a fault/);
    assert.ok(engine.requests.some((request) => request.startsWith("DELETE /1.0/images/")));
    assert.equal(engine.images.size, 0);
    [engine.importMs, engine.faultOf] = [0, () => undefined];
    assert.equal((await driver.importImage(testImage, tarball)).name, testImage);
  });

  it("calls for no files where it creates and starts, and for some where a start cannot write them", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    const ofFiles = (): string[] => engine.requests.filter((request) => request.endsWith("/files"));
    await driver.create(containerSpec(500, { files: [textFile("/srv/one", "one")] }));
    await driver.start(500);
    assert.deepEqual(ofFiles(), []);
    for (const [id, file] of [
      [502, textFile("/srv/one", "x".repeat(100_000))],
      [503, textFile("/srv/one two", "one")],
    ] as const) {
      await driver.create(containerSpec(id, { files: [file] }));
      assert.deepEqual(await driver.readFile(id, file.path, 200_000), file.content);
      assert.ok(ofFiles().length > 0);
      engine.requests.length = 0;
    }
  });

  it("changes the files of one that never ran without the engine's process for files, if it can", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    await driver.create(containerSpec(500, { files: [textFile("/srv/one", "one")] }));
    await driver.setHosts?.(500, ["192.0.2.1 web"]);
    await driver.writeFiles(500, [textFile("/srv/one", "two"), textFile("/srv/two", "$`\"'\\;\n")]);
    const read = async (path: string): Promise<string> =>
      Buffer.from((await driver.readFile(500, path, 1000)) ?? []).toString();
    const all = async (): Promise<string[]> =>
      await Promise.all(["/etc/hosts", "/srv/one", "/srv/two"].map(read));
    const before = await all();
    assert.match(before[0] ?? "", /^192\.0\.2\.1 web$/m);
    assert.deepEqual(before.slice(1), ["two", "$`\"'\\;\n"]);
    assert.ok(!engine.requests.some((request) => request.endsWith("/files")));
    await driver.writeFiles(500, [textFile("/srv/the third", "three")]);
    await driver.start(500);
    await driver.stop(500, 0);
    assert.deepEqual([...(await all()), await read("/srv/the third")], [...before, "three"]);
  });

  it("changes the files of one whose first start failed, so that the next start does not undo it", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    await driver.create(
      containerSpec(500, { files: [textFile("/srv/one", "one"), textFile("/srv/two", "two")] }),
    );
    engine.startFailure = "Failed to run: forkstart (Script exited with status 1)";
    await assertMccError(
      driver.start(500),
      "engine",
      /status 1\); the first start could not write the files of the instance: its disk or the storage pool is full, or the image has a folder in the place of a file, such as \/etc\/hostname/,
    );
    await driver.setHosts?.(500, ["192.0.2.1 web"]);
    await driver.writeFiles(500, [textFile("/srv/one", "changed")]);
    const all = async (): Promise<string[]> =>
      await Promise.all(
        ["/etc/hosts", "/srv/one", "/srv/two"].map(async (path) =>
          Buffer.from((await driver.readFile(500, path, 1000)) ?? []).toString(),
        ),
      );
    const before = await all();
    assert.match(before[0] ?? "", /^192\.0\.2\.1 web$/m);
    assert.deepEqual(before.slice(1), ["changed", "two"]);
    engine.startFailure = undefined;
    await driver.start(500);
    await driver.stop(500, 0);
    assert.deepEqual(await all(), before);
    await driver.writeFiles(500, [textFile("/srv/one", "of the owner")]);
    await driver.start(500);
    await driver.stop(500, 0);
    assert.deepEqual((await all())[1], "of the owner");
  });

  it("finds out what happened while the events were lost", async () => {
    const { driver, engine, tarball } = subject();
    const down: number[] = [];
    driver.watch((id) => down.push(id));
    await driver.open();
    await driver.importImage(testImage, tarball);
    for (const id of [500, 501]) {
      await driver.create(containerSpec(id));
      await driver.start(id);
    }
    await eventually(() => engine.listeners === 1, "the driver listens");
    const [first = "", second = ""] = engine.instances.keys();
    engine.stopInside(first);
    await eventually(() => down.length === 1, "an event told of the stop");
    engine.cutEvents();
    engine.stopInside(second);
    await eventually(() => down.length === 2, "the list after the next connection told of it");
    assert.deepEqual(down, [500, 501]);
    assert.deepEqual(
      (await driver.list()).map(({ state }) => state),
      ["stopped", "stopped"],
    );
  });

  it("asks for what instances use once in some seconds, and not about those that stopped since", async () => {
    const { driver, engine, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    for (const id of [500, 501]) {
      await driver.create(containerSpec(id));
      await driver.start(id);
    }
    const measured = async (): Promise<(number | undefined)[][]> =>
      (await driver.usage([500, 501, 502])).map(({ id, processes, memoryBytes }) => [
        id,
        processes,
        memoryBytes,
      ]);
    assert.deepEqual(await measured(), [
      [500, 2, undefined],
      [501, 2, undefined],
    ]);
    await driver.stop(501, 0);
    assert.deepEqual(await measured(), [[500, 2, undefined]]);
    assert.equal(engine.requests.filter((request) => request === "GET /1.0/metrics").length, 1);
  });

  it("tells that the engine does not measure", async () => {
    const { driver, engine, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    await driver.create(containerSpec(500));
    await driver.start(500);
    engine.faultOf = (_, request) => (request === "GET /1.0/metrics" ? "refused" : undefined);
    await assertMccError(driver.usage([500]), "engine", /a fault/);
    engine.faultOf = () => undefined;
    assert.equal((await driver.usage([500])).length, 1);
  });

  it("looks once at an instance that it creates or starts, also when events tell of it", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    // Which makes the create longer than the wait after an event.
    engine.delayOf = (label) => (/^GET .*\/wait$/.test(label) ? 300 : 0);
    const before = engine.requests.length;
    await driver.create(containerSpec(500));
    await driver.start(500);
    const made = engine.requests.slice(before);
    const looks = made.filter((request) => /^GET \/1\.0\/instances\/[^/]+$/.test(request));
    assert.equal(looks.length, 2, made.join("\n"));
  });

  it("answers lists from its copy", async () => {
    const { driver, engine } = subject();
    await driver.open();
    await eventually(() => engine.listeners === 1, "the driver listens");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = engine.requests.length;
    await driver.list();
    assert.equal(engine.requests.length, before);
  });

  it("is the only member of its own, if it is no cluster", async () => {
    const { driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    assert.equal((await driver.create(containerSpec(500, { placement: { member: "solo" } }))).member, "solo");
    assert.deepEqual(await driver.list(), [{ id: 500, state: "stopped", member: "solo" }]);
    assert.deepEqual(
      (await driver.members?.())?.map(({ name, state, containers }) => [name, state, containers]),
      [["solo", "online", 1]],
    );
    for (const placement of [{ member: "m2" }, { group: "west" }]) {
      const create = driver.create(containerSpec(501, { placement }));
      await assertMccError(create, "invalid", /its only member is "solo", and it has no groups/);
    }
  });

  it("waits for a create that takes long, if it is no cluster", async () => {
    const { engine, driver, tarball } = subject();
    await driver.open();
    await driver.importImage(testImage, tarball);
    // Longer than a cluster's member may take until it is probed.
    engine.delayOf = (label) => (/^GET .*\/wait$/.test(label) ? 2_300 : 0);
    assert.equal((await driver.create(containerSpec(500))).member, "solo");
  });

  it("does not take a project that was removed for an empty one", async () => {
    const { driver, engine } = subject();
    await driver.open();
    engine.projects.clear();
    engine.cutEvents();
    await eventually(
      async () =>
        await driver.list().then(
          () => false,
          () => true,
        ),
      "the project was missed",
    );
    await assertMccError(
      driver.list(),
      "engine",
      /The project minicloud-[0-9a-f]{8} does not exist .*restart/,
    );
    await driver.open();
    assert.deepEqual(await driver.list(), []);
  });

  it("names what the engine lacks, with the remedy", async () => {
    const { engine } = subject();
    const folder = await newFolder();
    const socket = join(folder, "socket");
    const other = new FakeEngine();
    await other.start(socket);
    const lacking = async (words: object): Promise<string> => {
      const driver = createIncusDriver(
        driverOptions(join(folder, "incus"), { engine: { url: `unix:${socket}`, ...words } }),
      );
      const findings = await driver.preflight({ optional: true });
      return findings.map((each) => `${each.lacking} -> ${each.remedy}`).join("\n");
    };
    assert.match(await lacking({}), /"default" has the driver dir, which cannot limit .* -> choose a pool/);
    assert.match(
      await lacking({ pool: "fast" }),
      /no storage pool "fast".* -> .*lxc storage create fast btrfs/,
    );
    assert.match(await lacking({ nic: "network:lan" }), /no network "lan".* -> .*lxc network create lan/);
    assert.match(await lacking({ nic: "bridged:br9" }), /no interface "br9".* -> .*--engine-nic bridged:/);
    assert.match(
      await lacking({ url: "unix:/nonexistent" }),
      /cannot be reached .* -> start it, or correct --engine-url/,
    );
    other.projects.set("p", { restricted: "true", "restricted.devices.nic": "allow" });
    assert.match(
      await lacking({ project: "p" }),
      /the project p forbids .*lowlevel.* -> on a member: lxc project set p restricted\.containers\.lowlevel=allow/,
    );
    await other.stop();
    assert.deepEqual(engine.requests, []);
  });
});
