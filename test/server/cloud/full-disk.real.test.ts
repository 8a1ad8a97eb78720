import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import { readJournal } from "../../../server/cloud/instances/records/journal-lines";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import { type AdminDispatch, adminDispatch } from "../../support/daemons/admin-dispatch";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { settled, type TestCloud, testClouds } from "../../support/daemons/test-cloud";
import { type SmallFileSystem, smallFileSystems } from "../../support/files/small-file-system";
import { eventually } from "../../support/time/eventually";

const log = pino({ level: "silent" });
const publicKey = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from("ssh-ed25519"),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString("base64")}`;
const ok = "ok";

/** Additional damage, which a daemon cannot repair or move away while the file system refuses to write. */
const damages: readonly {
  readonly title: string;
  readonly apply: (stateFolder: string) => Promise<unknown>;
}[] = [
  { title: "an empty token", apply: (folder) => writeFile(join(folder, "token"), "") },
  { title: "no token", apply: (folder) => rm(join(folder, "token")) },
  { title: "an invalid format", apply: (folder) => writeFile(join(folder, "format"), "x") },
  { title: "no format", apply: (folder) => rm(join(folder, "format")) },
  {
    title: "a file in place of the folder of damaged files",
    apply: (folder) => writeFile(join(folder, "damaged"), ""),
  },
  { title: "a file in place of the folder of keys", apply: (folder) => replaceByFile(join(folder, "keys")) },
  {
    title: "a file in place of the folder of fleets",
    apply: (folder) => replaceByFile(join(folder, "fleets")),
  },
  {
    title: "a file in place of the folder of instances",
    apply: (folder) => replaceByFile(join(folder, "instances")),
  },
  { title: "no folder of instances", apply: (folder) => rm(join(folder, "instances"), { recursive: true }) },
  {
    title: "folders in place of the temporary files",
    apply: async (folder) => {
      for (const name of ["lease-clock.json", "next-id.json", "network.json", "token", "format"]) {
        await mkdir(join(folder, `${name}.new`, "deep"), { recursive: true });
      }
    },
  },
];

/** The outcome of each operation on a full and on a read-only file system. The operations run in this order. */
const operations: readonly {
  readonly method: string;
  readonly parameters: object;
  readonly full: string;
  readonly readOnly: string;
}[] = [
  { method: "server.info", parameters: {}, full: ok, readOnly: ok },
  { method: "instance.list", parameters: {}, full: ok, readOnly: ok },
  { method: "fleet.list", parameters: {}, full: ok, readOnly: ok },
  { method: "key.list", parameters: {}, full: ok, readOnly: ok },
  { method: "image.list", parameters: {}, full: ok, readOnly: ok },
  { method: "instance.create", parameters: { name: "more" }, full: "exhausted", readOnly: "unavailable" },
  {
    method: "fleet.apply",
    parameters: { name: "few", count: 2 },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "fleet.apply",
    parameters: { name: "crew", count: 3 },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "fleet.apply",
    parameters: { name: "crew", count: 1 },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "fleet.extend",
    parameters: { fleet: "crew", ttlSeconds: 600 },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "key.add",
    parameters: { name: "second", publicKey },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "key.update",
    parameters: { name: "first", publicKey },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "instance.update",
    parameters: { instance: "web", name: "other", type: "light" },
    full: "exhausted",
    readOnly: "unavailable",
  },
  {
    method: "instance.extend",
    parameters: { instance: "web", ttlSeconds: 600 },
    full: "exhausted",
    readOnly: "unavailable",
  },
  { method: "instance.exec", parameters: { instance: "web", command: ["true"] }, full: ok, readOnly: ok },
  { method: "instance.stop", parameters: { instance: "web" }, full: ok, readOnly: ok },
  { method: "instance.start", parameters: { instance: "web" }, full: ok, readOnly: ok },
  { method: "instance.restart", parameters: { instance: "web" }, full: ok, readOnly: ok },
  { method: "instance.destroy", parameters: { instance: "old" }, full: ok, readOnly: "unavailable" },
  { method: "fleet.destroy", parameters: { fleet: "crew" }, full: ok, readOnly: "unavailable" },
  { method: "key.remove", parameters: { name: "first" }, full: ok, readOnly: "unavailable" },
  { method: "image.remove", parameters: { name: "spare" }, full: ok, readOnly: ok },
];

describe("a daemon whose file system refuses files", function () {
  this.timeout(120_000);
  // Clouds are closed before their file systems are removed.
  const newCloud = testClouds();
  const newFileSystem = smallFileSystems();

  interface Tested {
    readonly fileSystem: SmallFileSystem;
    readonly test: TestCloud;
    readonly stateFolder: string;
    readonly dispatch: AdminDispatch;
  }

  /** @param lasting whether the instances outlive the daemon, unlike those of the simulated engine. */
  async function begin(options = "size=1m", lasting = false): Promise<Tested> {
    const fileSystem = await newFileSystem(options);
    const stateFolder = join(fileSystem.folder, "state");
    const test = await newCloud({
      stateFolder,
      ...(lasting ? { loadDriver: (_name, given) => lastingDriver(given) } : {}),
    });
    const dispatch = adminDispatch(test.cloud, log);
    await dispatch("image.import", [{ name: "spare", path: __filename }]);
    await dispatch("key.add", [{ name: "first", publicKey }]);
    await dispatch("instance.create", [{ name: "web", waitSeconds: 10, waitFor: ["running"] }]);
    await dispatch("instance.create", [{ name: "old", waitSeconds: 10, waitFor: ["running"] }]);
    await dispatch("fleet.apply", [{ name: "crew", count: 2, waitFor: ["running"] }]);
    await dispatch("fleet.wait", [{ fleet: "crew" }]);
    // The last block of the journal has room for some records on a full file system. An empty journal has none.
    await settled(test.cloud);
    return { fileSystem, test, stateFolder, dispatch };
  }

  for (const state of ["full", "readOnly"] as const) {
    it(`completes or refuses each operation as a whole with a reason, and completes it later (${state})`, async () => {
      const { fileSystem, test, stateFolder, dispatch } = await begin();
      await (state === "full" ? fileSystem.fill() : fileSystem.makeReadOnly());
      for (const { method, parameters, ...expected } of operations) {
        const before = await filesIn(stateFolder);
        const error = await failureOf(dispatch(method, [parameters]));
        const { code, message } = error ?? { code: ok, message: "" };
        assert.equal(code, expected[state], `${method}: ${message}`);
        if (error !== undefined) {
          const words = state === "full" ? /has no space left \(/ : /is read-only; /;
          assert.match(message, words, method);
          assert.ok(message.includes(`the file system ${fileSystem.folder} (tmpfs)`), message);
          assert.doesNotMatch(message, /\n/);
          assert.deepEqual(await filesIn(stateFolder), before, `${method} leaves nothing behind`);
        }
      }
      const names = async () =>
        (await test.cloud.instances.list(localAdmin, {})).map(({ name }) => name).sort();
      if (state === "full") {
        assert.deepEqual(await names(), ["web"], "the others are gone");
      }
      await fileSystem.empty();
      await fileSystem.makeWritable();
      await eventually(async () => (await names()).join() === "web", "the requested destroys are finished");
      assert.deepEqual(await dispatch("key.remove", [{ name: "first" }]), { removed: state === "readOnly" });
      await dispatch("instance.create", [{ name: "more", waitSeconds: 10, waitFor: ["running"] }]);
      await dispatch("fleet.apply", [{ name: "crew", count: 2, waitFor: ["running"] }]);
      await dispatch("fleet.wait", [{ fleet: "crew" }]);
      assert.deepEqual(await names(), ["crew-1", "crew-2", "more", "web"]);
      for (const instance of ["web", "more"]) {
        await dispatch("instance.destroy", [{ instance }]);
      }
      await dispatch("fleet.destroy", [{ fleet: "crew" }]);
      assert.deepEqual(await recordedIds(stateFolder), []);
      for (const folder of ["fleets", "keys"]) {
        assert.deepEqual(await readdir(join(stateFolder, folder)), [], folder);
      }
    });
  }

  it("reports a lack of inodes, and still destroys instances", async () => {
    const { fileSystem, dispatch } = await begin("size=8m,nr_inodes=200");
    await fileSystem.fillInodes();
    const error = await failureOf(dispatch("key.add", [{ name: "second", publicKey }]));
    assert.equal(error?.code, "exhausted");
    assert.match(error.message, /has no inodes left \(.*0 of 200 inodes free\)/);
    await dispatch("instance.destroy", [{ instance: "old" }]);
    await fileSystem.empty();
    await dispatch("instance.create", [{ name: "more", waitSeconds: 10, waitFor: ["running"] }]);
  });

  it("destroys an instance at the end of its TTL on a full file system", async () => {
    const { fileSystem, dispatch, test } = await begin();
    await dispatch("instance.create", [
      { name: "short", ttlSeconds: 1, waitSeconds: 10, waitFor: ["running"] },
    ]);
    await fileSystem.fill();
    await eventually(
      async () => (await test.cloud.instances.list(localAdmin, {})).every(({ name }) => name !== "short"),
      "it is gone",
    );
  });

  it("writes the record of a stop when there is space again", async () => {
    const { fileSystem, dispatch, test, stateFolder } = await begin("size=1m", true);
    await fileSystem.fill();
    await dispatch("instance.stop", [{ instance: "web" }]);
    await fileSystem.empty();
    const { record } = test.cloud.instances.catalog.get(localAdmin, { instance: "web" });
    const written = join(stateFolder, "instances", "journal");
    await eventually(async () => {
      const { lines } = readJournal(await readFile(written));
      return lines.get(record.id)?.record.wanted === "stopped";
    }, "it is written");
  });

  for (const state of ["full", "readOnly"] as const) {
    it(`starts again with the correct status of each instance (${state})`, async () => {
      const { fileSystem, test, dispatch } = await begin("size=1m", true);
      await (state === "full" ? fileSystem.fill() : fileSystem.makeReadOnly());
      await failureOf(dispatch("instance.destroy", [{ instance: "old" }]));
      const next = await test.reopen();
      const list = await next.instances.list(localAdmin, {});
      const statuses = Object.fromEntries(list.map(({ name, status }) => [name, status]));
      assert.deepEqual(statuses, {
        web: "running",
        "crew-1": "running",
        "crew-2": "running",
        ...(state === "full" ? {} : { old: "failed" }),
      });
      await fileSystem.empty();
      await fileSystem.makeWritable();
      const again = adminDispatch(next, log);
      await again("instance.destroy", [{ instance: "old" }]);
      await again("instance.create", [{ name: "more", waitSeconds: 10, waitFor: ["running"] }]);
    });
  }

  for (const state of ["full", "without an inode", "read-only"] as const) {
    for (const { title, apply } of damages) {
      it(`starts again with all instances, and repairs its state later (${state}, with ${title})`, async () => {
        const { fileSystem, test, stateFolder } = await begin("size=1m,nr_inodes=200", true);
        await apply(stateFolder);
        const refuse = {
          full: "fill",
          "without an inode": "fillInodes",
          "read-only": "makeReadOnly",
        } as const;
        await fileSystem[refuse[state]]();
        const next = await test.reopen();
        assert.equal((await next.instances.list(localAdmin, {})).length, 4);
        await fileSystem.empty();
        await fileSystem.makeWritable();
        const last = await test.reopen();
        assert.equal((await last.instances.list(localAdmin, {})).length, 4);
        const again = adminDispatch(last, log);
        await again("key.add", [{ name: "third", publicKey }]);
        await again("instance.create", [{ name: "more", waitSeconds: 10, waitFor: ["running"] }]);
        for (const { id } of await last.instances.list(localAdmin, {})) {
          await again("instance.destroy", [{ instance: id }]);
        }
        assert.equal((await readFile(join(stateFolder, "token"), "utf8")).trim(), last.identity.token);
      });
    }
  }

  it("shows an instance as failed if it was killed during the destroy on a full file system", async () => {
    const { fileSystem, test, dispatch } = await begin("size=1m", true);
    await fileSystem.fill();
    const { driver } = test;
    const destroy = driver.destroy.bind(driver);
    let isDead = false;
    driver.destroy = async (id) => {
      await destroy(id);
      if (!isDead) {
        // A killed daemon does not continue after this step.
        await new Promise(() => undefined);
      }
    };
    void dispatch("instance.destroy", [{ instance: "old" }]).catch(() => undefined);
    await eventually(async () => (await driver.list()).length === 3, "the container is gone");
    isDead = true;
    const next = await test.reopen();
    const [old] = (await next.instances.list(localAdmin, {})).filter(({ name }) => name === "old");
    assert.equal(old?.status, "failed");
    assert.deepEqual(await next.instances.destroy(localAdmin, { instance: "old" }), { destroyed: true });
  });
});

async function replaceByFile(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
  await writeFile(folder, "");
}

function lastingDriver(options: Parameters<typeof createSimulatedDriver>[0]) {
  const driver = createSimulatedDriver(options);
  Object.defineProperty(driver, "capabilities", { value: { ...driver.capabilities, simulated: false } });
  return driver;
}

async function failureOf(work: Promise<unknown>): Promise<MccError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    assert.ok(MccError.isInstance(error), String(error));
    return error;
  }
}

/** Returns paths and sizes. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(path);
      return `${path} ${stats.isFile() ? stats.size : "folder"}`;
    }),
  );
}
