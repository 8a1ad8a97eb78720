import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { MccError } from "../../../protocol/error";
import { CommandTimeout } from "../../../server/driver/command-timeout";
import type { Driver, Usage } from "../../../server/driver/driver";
import { assertMccError } from "../../support/assert-error";
import { eventually } from "../../support/time/eventually";
import { containerSpec, execRequest, testImage, textFile } from "./container-spec";

/** What every engine that measures tells of a running container. */
const amounts = ["memoryBytes", "cpuSeconds", "processes"] as const;

/** A separate engine for one test, without containers, and with the image `testImage` to import. */
export interface EngineUnderTest {
  /** Opened. */
  readonly driver: Driver;
  /** Another driver for the same engine, like that of a restarted daemon. Not opened. */
  readonly nextDriver: () => Driver;
  /** A tarball of the image. */
  readonly tarball: string;
}

/**
 * The tests that every driver must pass.
 *
 * @param engines is called inside the suite: creates an engine before each test, and checks after each that destroying
 * all containers and purging leave nothing behind, whatever the test left.
 * @param importsImages whether the engine imports images. An engine that does not has `testImage` already. Default:
 * true.
 * @param measures whether the engine tells what containers use. Default: true.
 */
export function describeDriverContract(
  name: string,
  engines: () => () => EngineUnderTest,
  { importsImages = true, measures = true }: { importsImages?: boolean; measures?: boolean } = {},
): void {
  describe(`the driver contract: ${name}`, () => {
    const engine = engines();
    const driver = (): Driver => engine().driver;

    const list = async (): Promise<string[]> =>
      (await driver().list()).map(({ id, state }) => `${id} ${state}`).sort();
    const imageNames = async (): Promise<string[]> => (await driver().images()).map((image) => image.name);
    const exec = async (id: number, ...command: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await driver().exec(id, execRequest(command));
      return `${exitCode} ${Buffer.from(stdout).toString()}${Buffer.from(stderr).toString()}`;
    };
    const makeRunning = async (id: number): Promise<void> => {
      await driver().create(containerSpec(id));
      await driver().start(id);
    };

    beforeEach(async () => {
      if (!(await imageNames()).includes(testImage)) {
        await driver().importImage(testImage, engine().tarball);
      }
    });

    describe("host", () => {
      it("lacks nothing, and the preflight changes nothing", async () => {
        assert.deepEqual(await driver().preflight(), []);
        assert.deepEqual(await list(), []);
      });

      it("can be opened again", async () => {
        await driver().open();
        await makeRunning(500);
        await driver().open();
        assert.equal(await exec(500, "echo", "still", "here"), "0 still here\n");
      });
    });

    describe("images", () => {
      if (importsImages) {
        it("are imported, listed and removed", async () => {
          const image = await driver().importImage("other", engine().tarball);
          assert.equal(image.name, "other");
          assert.ok(Date.parse(image.createdAt) > 0, image.createdAt);
          const listed = (await driver().images()).find(({ name: imageName }) => imageName === "other");
          assert.deepEqual(listed, image);
          assert.equal(await driver().removeImage("other"), true);
          assert.deepEqual(await imageNames(), [testImage]);
        });
      } else {
        it("are refused on an engine without imports", async () => {
          await assertMccError(driver().importImage("other", engine().tarball), "forbidden", /"other"/);
          assert.deepEqual(await imageNames(), [testImage]);
        });
      }

      it("are removed twice without an error", async () => {
        assert.equal(await driver().removeImage("other"), false);
        assert.deepEqual(await imageNames(), [testImage]);
      });
    });

    describe("containers", () => {
      it("are created, started, stopped, started again and destroyed, each twice", async () => {
        const spec = containerSpec(500);
        assert.deepEqual(await list(), []);
        await driver().create(spec);
        assert.deepEqual(await list(), ["500 stopped"]);
        await assertMccError(driver().create(spec), "conflict", /500/);
        for (let round = 0; round < 2; round += 1) {
          await driver().start(500);
          await driver().start(500);
          assert.deepEqual(await list(), ["500 running"]);
          assert.equal(await exec(500, "hostname"), "0 host-500\n");
          await driver().stop(500, 10_000);
          await driver().stop(500, 10_000);
          assert.deepEqual(await list(), ["500 stopped"]);
        }
        await driver().destroy(500);
        await driver().destroy(500);
        assert.deepEqual(await list(), []);
      });

      it("are stopped immediately without a grace period", async () => {
        await makeRunning(500);
        await driver().stop(500, 0);
        assert.deepEqual(await list(), ["500 stopped"]);
      });

      it("are destroyed before their first start, and while they run", async () => {
        await driver().create(containerSpec(500));
        await makeRunning(501);
        await Promise.all([driver().destroy(500), driver().destroy(501)]);
        assert.deepEqual(await list(), []);
      });

      it("are destroyed while they are being started", async () => {
        await driver().create(containerSpec(500));
        const started = driver().start(500);
        await driver().destroy(500);
        await Promise.allSettled([started]);
        assert.deepEqual(await list(), []);
      });

      it("do not disturb each other", async () => {
        await makeRunning(500);
        const ids = [501, 502, 503, 504];
        await Promise.all(ids.map(makeRunning));
        assert.deepEqual(
          await Promise.all(ids.map((id) => exec(id, "hostname"))),
          ids.map((id) => `0 host-${id}\n`),
        );
        await Promise.all(ids.map((id) => driver().destroy(id)));
        assert.deepEqual(await list(), ["500 running"]);
        assert.equal(await exec(500, "hostname"), "0 host-500\n");
      });

      it("are not created from an image that does not exist", async () => {
        const spec = containerSpec(500, { image: "nonesuch" });
        await assertMccError(driver().create(spec), "not-found", /"nonesuch"/);
        await driver().destroy(500);
        assert.deepEqual(await list(), []);
      });

      it("are not found under an id that does not exist", async () => {
        const calls = [
          driver().start(999),
          driver().stop(999, 0),
          driver().exec(999, execRequest(["true"])),
          driver().writeFiles(999, [textFile("/etc/motd", "hello")]),
          driver().resize(999, { name: "other" }),
        ];
        await Promise.all(calls.map((call) => assertMccError(call, "not-found", /999/)));
        assert.deepEqual(await list(), []);
      });

      it("are described from the engine alone", async () => {
        await makeRunning(500);
        const { hostname, ipAddress, image, uid } = await engine().nextDriver().remains(500);
        const spec = containerSpec(500);
        assert.deepEqual(
          { hostname, ipAddress, image, uid },
          {
            hostname: spec.hostname,
            ipAddress: spec.ipAddress,
            image: testImage,
            uid: spec.uid,
          },
        );
      });

      it("are resized, running or not", async () => {
        await driver().create(containerSpec(500));
        await driver().resize(500, { name: "small", memoryBytes: 32 * 1024 * 1024 });
        await driver().start(500);
        await driver().resize(500, { name: "large", cpus: 2, processes: 200 });
        assert.equal(await exec(500, "true"), "0 ");
      });

      it("continue to run under another driver for the same engine", async () => {
        await makeRunning(500);
        await driver().close();
        const next = engine().nextDriver();
        await next.open();
        assert.deepEqual(
          (await next.list()).map(({ id, state }) => ({ id, state })),
          [{ id: 500, state: "running" }],
        );
        const { stdout } = await next.exec(500, execRequest(["hostname"]));
        assert.equal(Buffer.from(stdout).toString(), "host-500\n");
        await next.destroy(500);
        assert.deepEqual(await next.list(), []);
        await next.close();
      });
    });

    describe("files", () => {
      it("are in place when the first process starts", async () => {
        await driver().create(containerSpec(500, { files: [textFile("/etc/greeting", "hello\n")] }));
        await driver().start(500);
        assert.equal(await exec(500, "cat", "/etc/greeting"), "0 hello\n");
      });

      it("are written, and replaced, whether the container runs or not", async () => {
        await driver().create(containerSpec(500));
        await driver().writeFiles(500, [
          textFile("/srv/deep/one", "stopped\n"),
          textFile("/srv/two", "two\n"),
        ]);
        await driver().start(500);
        assert.equal(await exec(500, "cat", "/srv/deep/one"), "0 stopped\n");
        await driver().writeFiles(500, [textFile("/srv/deep/one", "running\n")]);
        assert.equal(await exec(500, "cat", "/srv/deep/one"), "0 running\n");
        assert.equal(await exec(500, "cat", "/srv/two"), "0 two\n");
      });

      it("are read, whether the container runs or not, up to a number of bytes", async () => {
        await driver().create(containerSpec(500, { files: [textFile("/srv/one", "one\xff\n")] }));
        const read = async (path: string, maxBytes = 100): Promise<string | undefined> => {
          const found = await driver().readFile(500, path, maxBytes);
          return found && Buffer.from(found).toString();
        };
        const readAll = async (): Promise<(string | undefined)[]> =>
          await Promise.all([read("/srv/one"), read("/srv/one", 2), read("/srv/none"), read("/srv")]);
        assert.deepEqual(await readAll(), ["one\xff\n", "on", undefined, undefined]);
        await driver().start(500);
        assert.deepEqual(await readAll(), ["one\xff\n", "on", undefined, undefined]);
      });
    });

    describe("exec", () => {
      beforeEach(() => makeRunning(500));

      it("returns exit codes and output", async () => {
        assert.equal(await exec(500, "echo", "two  words", "$HOME"), "0 two  words $HOME\n");
        assert.equal(await exec(500, "false"), "1 ");
      });

      it("passes bytes unchanged", async () => {
        const stdin = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        const { stdout } = await driver().exec(500, execRequest(["cat"], { stdin }));
        assert.deepEqual(Buffer.from(stdout), stdin);
      });

      it("passes input and output on while the command runs", async () => {
        const stdin = new PassThrough();
        const output = { stdout: new PassThrough(), stderr: new PassThrough() };
        const result = driver().exec(500, execRequest(["cat"], { stdin, output }));
        stdin.write("first ");
        assert.equal(String((await once(output.stdout, "data"))[0]), "first ");
        stdin.end("last");
        assert.equal(String((await once(output.stdout, "data"))[0]), "last");
        assert.equal((await result).exitCode, 0);
        assert.equal(output.stderr.read(), null);
      });

      it("passes on more output than a receiver takes at a time", async () => {
        const bytes = Buffer.alloc(1_000_000, "0123456789");
        const output = { stdout: new PassThrough({ highWaterMark: 1000 }), stderr: new PassThrough() };
        const [{ exitCode, stdout }, read] = await Promise.all([
          driver()
            .exec(500, execRequest(["cat"], { stdin: bytes, output }))
            .finally(() => output.stdout.end()),
          buffer(output.stdout),
        ]);
        assert.deepEqual(
          [exitCode, stdout.length, read.length, read.equals(bytes)],
          [0, 0, bytes.length, true],
        );
      });

      it("ends a command whose output nobody takes, when the signal is aborted", async () => {
        const hangUp = new AbortController();
        const stdin = Buffer.alloc(1_000_000);
        const output = { stdout: new PassThrough({ highWaterMark: 1000 }), stderr: new PassThrough() };
        const blocked = driver().exec(500, execRequest(["cat"], { stdin, output, signal: hangUp.signal }));
        setTimeout(() => hangUp.abort(new MccError("unavailable", "nobody reads")), 300);
        await assertMccError(blocked, "unavailable", /nobody reads/);
        assert.equal(await exec(500, "true"), "0 ");
      });

      it("returns 127 for a command that does not exist", async () => {
        const { exitCode, stderr } = await driver().exec(500, execRequest(["nonesuch"]));
        assert.equal(exitCode, 127);
        assert.match(Buffer.from(stderr).toString(), /nonesuch/);
      });

      it("keeps no more output than the limit", async () => {
        const long = await driver().exec(500, execRequest(["echo", "0123456789"], { maxOutputBytes: 4 }));
        assert.deepEqual([Buffer.from(long.stdout).toString(), long.truncated], ["0123", true]);
        const short = await driver().exec(500, execRequest(["echo", "012"], { maxOutputBytes: 4 }));
        assert.deepEqual([Buffer.from(short.stdout).toString(), short.truncated], ["012\n", false]);
      });

      it("ends a command after its time limit", async () => {
        const endless = driver().exec(500, execRequest(["sleep", "1000"], { timeoutMs: 200 }));
        assert.ok((await assertMccError(endless, "timeout", /0\.2 s/)) instanceof CommandTimeout);
        assert.equal(await exec(500, "true"), "0 ");
      });

      it("ends the command when the signal is aborted, and throws its reason", async () => {
        const hangUp = new AbortController();
        const endless = driver().exec(500, execRequest(["sleep", "1000"], { signal: hangUp.signal }));
        setTimeout(() => hangUp.abort(new MccError("unavailable", "nobody waits")), 100);
        await assertMccError(endless, "unavailable", /nobody waits/);
        assert.equal(await exec(500, "true"), "0 ");
      });

      it("needs a container that runs", async () => {
        await driver().stop(500, 0);
        await assertMccError(driver().exec(500, execRequest(["true"])), "conflict", /500/);
      });
    });

    describe("usage", () => {
      it("is measured for containers that run, and for no others", async () => {
        await makeRunning(500);
        await driver().create(containerSpec(501));
        let found: Usage[] = [];
        // An engine can fail to measure one amount, which is absent then until its next measurement.
        await eventually(
          async () => {
            found = await driver().usage([500, 501, 599]);
            return found.every((usage) => amounts.every((amount) => usage[amount] !== undefined));
          },
          `these amounts are measured: ${amounts.join(", ")}`,
        );
        assert.deepEqual(
          found.map(({ id }) => id),
          measures ? [500] : [],
        );
        for (const { atMs, memoryBytes, cpuSeconds, processes } of found) {
          assert.ok(Math.abs(Date.now() - atMs) < 600_000, String(atMs));
          assert.ok((memoryBytes ?? 0) > 0 && (memoryBytes ?? 0) < 64 * 1024 * 1024, String(memoryBytes));
          assert.ok((cpuSeconds ?? -1) >= 0 && (cpuSeconds ?? 0) < 60, String(cpuSeconds));
          assert.ok((processes ?? 0) > 0 && (processes ?? 0) <= 100, String(processes));
        }
        assert.deepEqual(await driver().usage([]), []);
        await driver().stop(500, 0);
        assert.deepEqual(await driver().usage([500]), []);
      });
    });

    describe("watch", () => {
      it("reports containers that stop, for any reason", async () => {
        const down: number[] = [];
        driver().watch((id) => down.push(id));
        await Promise.all([500, 501, 502, 503].map(makeRunning));
        await driver().stop(500, 0);
        await driver().destroy(501);
        // The container can end before the command has.
        await driver()
          .exec(502, execRequest(["poweroff"]))
          .catch(() => undefined);
        await eventually(() => new Set(down).size >= 3, "three containers were reported");
        assert.deepEqual([...new Set(down)].sort(), [500, 501, 502]);
        assert.ok((await list()).includes("503 running"));
      });
    });
  });
}
