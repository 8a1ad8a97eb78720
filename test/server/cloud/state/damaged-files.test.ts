import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import fsPromises, { cp, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import pino from "pino";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import { type MethodName, type MethodResult, methodTable } from "../../../../protocol/methods/method-table";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { type Cloud } from "../../../../server/cloud/cloud";
import { makeHostKey } from "../../../../server/cloud/instances/creation/host-key";
import { journalLine } from "../../../../server/cloud/instances/records/journal-lines";
import { instanceRecordSchema } from "../../../../server/cloud/instances/records/record";
import { scopeOf } from "../../../../server/cloud/network/host-names";
import { type CloudOptions, openCloud } from "../../../../server/cloud/open-cloud";
import { purgeCloud } from "../../../../server/cloud/purge";
import { DamagedFiles } from "../../../../server/cloud/state/damaged-files";
import type { ContainerSpec, Driver } from "../../../../server/driver/driver";
import { createSimulatedDriver } from "../../../../server/driver/simulated/driver";
import { asciiLine } from "../../../../server/support/files/kept-file";
import { captureLog } from "../../../support/captured-log";
import { type AdminDispatch, adminDispatch } from "../../../support/daemons/admin-dispatch";
import { createReady, testClouds } from "../../../support/daemons/test-cloud";
import { applied } from "../../../support/daemons/test-fleet";
import { type Damage, fileDamages, folderDamages } from "../../../support/files/damages";
import { silentDamage } from "../../../support/files/silent-damage";
import { memoryOrTemporary, temporaryFolders } from "../../../support/files/temporary-folder";
import { loginLines } from "../../../support/login-lines";
import { eventually } from "../../../support/time/eventually";

const range = { first: "198.18.0.2", last: "198.18.0.30" };
/** The number of cases at the same time, so that they share the waits for the file system. */
const casesAtOnce = 32;

/** A state folder with a file of each kind, and the containers of its engine. */
interface Template {
  readonly folder: string;
  readonly serverId: string;
  readonly containers: readonly ContainerSpec[];
  readonly instances: MethodResult<"instance.list">;
}

/** Damage that has no effect, and the reason. */
const inconsequential: readonly { readonly file: RegExp; readonly damage: RegExp; readonly why: string }[] = [
  {
    file: /^lock$/,
    damage: /^(?!a FIFO|a socket|a link|a folder|an empty folder)/,
    why: "it is locked, not read",
  },
  {
    file: /^names\/\w+\/hosts$/,
    damage: /^(?!a FIFO|a socket|a link|a folder|an empty folder)/,
    why: "it is written at each start",
  },
  { file: /^names/, damage: /^removed$/, why: "it is written at each start" },
  {
    file: /^boot-id\.json$/,
    damage: /^removed$/,
    why: "a daemon that was killed at its first start has none",
  },
  {
    file: /^format$/,
    damage: /^(removed|cut in half)$/,
    why: "the first release had none; half of it is its number",
  },
  {
    file: /^token$/,
    damage: /^cut in half$/,
    why: "half of it is a token that an operator could have chosen",
  },
  {
    file: /^instances\/\d+\/user-data-log\.json$/,
    damage: /^removed$/,
    why: "an instance without a log has none",
  },
  { file: /^network\.json$/, damage: /^removed$/, why: "the range that the daemon was given says the same" },
  {
    file: /^instances\/502(\/instance\.json)?$/,
    damage: /^removed$/,
    why: "the file of its fleet has an earlier one",
  },
  {
    file: /^keys(\/.*)?$/,
    damage: /^removed$/,
    why: "a key that is gone leaves nothing by which it is missed",
  },
];

const journal = "instances/journal";

/** Stray entries that the daemon moves away. It does not touch entries that do not disturb it. */
const moved: readonly { readonly stray: RegExp; readonly damage: RegExp }[] = [
  { stray: /^(instances\/600|(keys|fleets)\/.*\.json)$/, damage: /./ },
  { stray: /^(names\/stray|damaged|simulated)$/, damage: /^(?!a folder)/ },
  { stray: /\.new$/, damage: /^a folder/ },
];
/** Forms of a stray entry. */
const strays = fileDamages.filter(({ name }) =>
  /^(a FIFO|a socket|a link to nowhere|a link to itself|a folder)$/.test(name),
);

describe("a state folder with damage", () => {
  const newFolder = temporaryFolders(memoryOrTemporary());
  let template: Template;
  const unreadable = new Set<string>();

  before(async () => {
    template = await makeTemplate(await newFolder());
  });
  afterEach(() => sinon.restore());

  /** Makes the system refuse to open the files, like on a broken disk. */
  function refuseToOpen(paths: ReadonlySet<string>, code: string): void {
    const open = fsPromises.open.bind(fsPromises);
    sinon.replace(fsPromises, "open", (path, ...rest) =>
      paths.has(String(path))
        ? Promise.reject(Object.assign(new Error(`${code}: open '${String(path)}'`), { code }))
        : open(path, ...rest),
    );
  }

  it("has one file of each kind before the damage", async () => {
    const kinds = new Set(
      (await entriesOf(template.folder)).files.map((file) => file.replace(/\d{3}|\w{16}/g, "*")),
    );
    assert.deepEqual([...kinds].sort(), [
      ...[
        "boot-id.json",
        "fleets/db.json",
        "format",
        "instances/*/instance.json",
        "instances/*/user-data-log.json",
        "instances/journal",
      ],
      ...[
        "keys/me.json",
        "keys/you.json",
        "lease-clock.json",
        "lock",
        "names/*/hosts",
        "network.json",
        "next-id.json",
      ],
      ...["server-id", "token"],
    ]);
  });

  for (const damage of fileDamages) {
    it(`remains usable if a file is ${damage.name}`, async function () {
      this.timeout(60_000);
      await tryAll(damage, (await entriesOf(template.folder)).files);
    });
  }

  for (const damage of folderDamages) {
    it(`remains usable if a folder is ${damage.name}`, async function () {
      this.timeout(60_000);
      await tryAll(damage, (await entriesOf(template.folder)).folders);
    });
  }

  for (const stray of [
    ...["instances/600", "keys/other.json", "fleets/other.json", "keys/Ä \u0001.json", "fleets/x.y.json"],
    ...[
      "instances/500/stray",
      "instances/0500",
      "instances/99999999999999999999",
      "names/stray",
      "keys/stray",
    ],
    ...["stray", "damaged", "simulated", "format.new", "fleets/db.json.new"],
  ]) {
    it(`remains usable with the stray entry ${stray}`, async () => {
      await Promise.all(strays.map((damage) => tryOne(damage, stray, "format")));
    });
  }

  for (const name of ["zeroed", "a folder", "a FIFO"]) {
    it(`can be purged if a file is ${name}, unless it is the server-id`, async () => {
      const damage = fileDamages.find((each) => each.name === name);
      for (const file of (await entriesOf(template.folder)).files) {
        const outside = await newFolder();
        const stateFolder = join(outside, "state");
        await cp(template.folder, stateFolder, { recursive: true });
        await damage?.apply(join(stateFolder, file), { other: "", outside });
        // By the driver's folder, a purge knows which driver's containers to search for.
        await mkdir(join(stateFolder, "simulated"));
        const driver = await engineWith(template.containers, template.serverId);
        const purged = purgeCloud(optionsOf(stateFolder, driver, silent));
        if (file === "server-id") {
          await assert.rejects(purged, /server-id holds no server id.*nothing was changed\. Put back/);
          assert.equal((await driver.list()).length, template.containers.length);
        } else {
          assert.equal(await purged, true, file);
          assert.deepEqual([await driver.list(), existsSync(stateFolder)], [[], false], file);
        }
      }
    });
  }

  async function tryAll(damage: Damage, files: readonly string[]): Promise<void> {
    if (damage.errno !== undefined) {
      refuseToOpen(unreadable, damage.errno);
    }
    const limit = pLimit(casesAtOnce);
    await Promise.all(
      files.map((file, index) =>
        limit(async () => {
          try {
            await tryOne(damage, file, files[(index + 1) % files.length] ?? "");
          } catch (error) {
            throw new Error(`${file}, ${damage.name}`, { cause: error });
          }
        }),
      ),
    );
  }

  async function tryOne(damage: Damage, file: string, other: string): Promise<void> {
    const outside = await newFolder();
    const stateFolder = join(outside, "state");
    await cp(template.folder, stateFolder, { recursive: true });
    const isStray = !existsSync(join(stateFolder, file));
    if (isStray) {
      await writeFile(join(stateFolder, file), "");
    }
    const elsewhere = join(outside, "file");
    await damage.apply(join(stateFolder, file), { other: join(stateFolder, other), outside });
    const before = existsSync(elsewhere) ? await readFile(elsewhere) : undefined;
    if (damage.errno !== undefined) {
      unreadable.add(join(stateFolder, file));
    }
    const driver = await engineWith(template.containers, template.serverId);
    const { log, lines } = captureLog();
    const options = optionsOf(stateFolder, driver, log);
    if (file === "server-id") {
      const entries = await readdir(stateFolder, { recursive: true });
      const words =
        damage.name === "removed" ? /no server-id.*put it back/ : /server-id holds no server id.*Put back/;
      await assert.rejects(openCloud(options), words);
      assert.deepEqual(await readdir(stateFolder, { recursive: true }), entries);
      return;
    }
    const cloud = await openCloud(options);
    try {
      await assertServes(cloud, file);
      if (isStray && !moved.some((row) => row.stray.test(file) && row.damage.test(damage.name))) {
        assert.deepEqual(cloud.info(localAdmin).damaged, []);
      } else {
        await eventually(() => isReported(cloud, file, damage), "the damage is reported");
      }
      await assertMakesNew(cloud);
      await destroyAll(cloud, driver);
    } finally {
      await cloud.close();
    }
    assert.deepEqual(before && (await readFile(elsewhere)), before);
    // Each file is in the reported place.
    await Promise.all(cloud.info(localAdmin).damaged.map(({ movedTo = stateFolder }) => lstat(movedTo)));
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "internal error"),
      [],
    );
    assert.deepEqual(
      (await readdir(stateFolder, { recursive: true })).filter((name) => /^(?!damaged\/).*\.new$/.test(name)),
      [],
    );
  }

  /** Asserts that clients get a valid answer with everything that is not in the damaged file. */
  async function assertServes(cloud: Cloud, file: string): Promise<void> {
    const instances = await ask(cloud, "instance.list");
    const told = ({ id, uid, name, ipAddress }: (typeof instances)[number]) => ({ id, uid, name, ipAddress });
    assert.deepEqual(instances.map(told), template.instances.map(told));
    const keys = (await ask(cloud, "key.list")).map(({ name }) => name);
    const lost = file === "keys" ? ["me", "you"] : [/^keys\/(.*)\.json$/.exec(file)?.[1] ?? ""];
    assert.deepEqual(
      ["me", "you"].filter((name) => !lost.includes(name)).filter((name) => !keys.includes(name)),
      [],
    );
    const fleets = (await ask(cloud, "fleet.list")).map(({ name }) => name);
    assert.ok(file.startsWith("fleets") || fleets.includes("db"));
    const unhurt = instances.filter(
      ({ id, name, fleet }) =>
        !file.startsWith(`instances/${id}`) &&
        file !== "instances" &&
        !(file === journal && name === "recent") &&
        fleet === undefined,
    );
    assert.ok(file.startsWith("fleets") || unhurt.every(({ status }) => status === "running"));
    for (const { id } of instances) {
      const answer = ask(cloud, "instance.log", { instance: id }).catch((error: unknown) => {
        assert.ok(MccError.hasCode(error, "conflict"), String(error));
      });
      await answer;
      await ask(cloud, "instance.exec", { instance: id, command: ["true"] });
    }
  }

  function isReported(cloud: Cloud, path: string, { name }: Damage): boolean {
    const file = asciiLine(path);
    const { damaged } = cloud.info(localAdmin);
    // If a folder is missing, its files are reported. If the file of a fleet is missing, its members are.
    return (
      inconsequential.some((row) => row.file.test(file) && row.damage.test(name)) ||
      damaged.some((each) => `${file}/`.startsWith(`${each.file}/`) || each.file.startsWith(`${file}/`)) ||
      (file === journal &&
        damaged.some(({ reason }) => reason.includes("the record of a container was lost"))) ||
      (file.startsWith("fleets") &&
        damaged.some(({ reason }) => reason.includes("the file of its fleet db was lost")))
    );
  }

  async function assertMakesNew(cloud: Cloud): Promise<void> {
    const made = await createReady(cloud, {});
    const others = template.instances;
    assert.ok(others.every(({ id, ipAddress }) => id < made.id && ipAddress !== made.ipAddress));
  }

  async function destroyAll(cloud: Cloud, driver: Driver): Promise<void> {
    for (const { name, uid } of await ask(cloud, "fleet.list")) {
      await ask(cloud, "fleet.destroy", { fleet: name, uid });
    }
    for (const { id, uid } of await ask(cloud, "instance.list")) {
      await ask(cloud, "instance.destroy", { instance: id, uid });
    }
    for (const { name } of await ask(cloud, "key.list")) {
      await ask(cloud, "key.remove", { name });
    }
    assert.deepEqual(await driver.list(), []);
    const { addressPool, instances } = await ask(cloud, "server.info");
    assert.deepEqual([addressPool.free, instances], [addressPool.size, 0]);
  }
});

describe("the folder of damaged files", () => {
  const newFolder = temporaryFolders();

  it("keeps each file with its reason under a unique name, also for later daemons", async () => {
    const folder = await newFolder();
    const first = silentDamage(folder);
    for (const content of ["one", "two", "three"]) {
      await mkdir(join(folder, "keys"), { recursive: true });
      await writeFile(join(folder, "keys", "me.json"), content);
      await first.setAside(join(folder, "keys", "me.json"), `it says ${content}`);
    }
    const next = silentDamage(folder);
    await next.open();
    assert.deepEqual(
      new Set(next.list().map(({ reason }) => reason)),
      new Set(["it says one", "it says two", "it says three"]),
    );
    assert.ok(next.list().every(({ file }) => file === "keys/me.json"));
    const [latest] = next.list();
    assert.deepEqual(
      latest,
      first.list().find(({ movedTo }) => movedTo === latest?.movedTo),
    );
    const texts = await Promise.all(first.list().map(({ movedTo = "" }) => readFile(movedTo, "utf8")));
    assert.deepEqual(texts, ["three", "two", "one"]);
    await rm(latest?.movedTo ?? "");
    const last = silentDamage(folder);
    await last.open();
    assert.equal(last.total, 2);
  });

  for (const [kind, put] of [
    ["a file", (path: string) => writeFile(path, "mine")],
    ["a link", (path: string, outside: string) => symlink(outside, path)],
  ] as const) {
    it(`is created if ${kind} is in its place, and then contains it`, async () => {
      const [folder, outside] = [await newFolder(), await newFolder()];
      await put(join(folder, "damaged"), outside);
      await writeFile(join(folder, "file"), "");
      const damaged = silentDamage(folder);
      await damaged.setAside(join(folder, "file"), "it is empty");
      assert.deepEqual(await readdir(folder), ["damaged"]);
      assert.ok((await lstat(join(folder, "damaged"))).isDirectory());
      assert.deepEqual(await readdir(outside), []);
      const next = silentDamage(folder);
      await next.open();
      assert.deepEqual(
        next
          .list()
          .map(({ file }) => file)
          .sort(),
        ["damaged", "file"],
      );
    });
  }

  it("keeps a limited number of files, and removes the oldest first", async () => {
    const folder = await newFolder();
    const damaged = new DamagedFiles(folder, silent, { shown: 2, kept: 3 });
    for (const name of ["a", "b", "c", "d", "e"]) {
      await mkdir(join(folder, name, "deep"), { recursive: true });
      await damaged.setAside(join(folder, name), `it is ${name}`);
    }
    const names = (await readdir(join(folder, "damaged"))).sort();
    assert.deepEqual(
      names.map((name) => name.replace(/^.*Z-/, "")),
      ["c", "c.reason", "d", "d.reason", "e", "e.reason"],
    );
    const next = new DamagedFiles(folder, silent, { shown: 2, kept: 3 });
    await next.open();
    assert.deepEqual(
      next.list().map(({ reason }) => reason),
      ["it is e", "it is d"],
    );
    assert.equal(next.total, 3);
  });

  it("refers to the log if a full disk left the file of the reason empty", async () => {
    const folder = await newFolder();
    const damaged = silentDamage(folder);
    const path = join(folder, "stray");
    await writeFile(path, "");
    await damaged.setAside(path, "it is a stray");
    await writeFile(`${damaged.list()[0]?.movedTo}.reason`, "");
    const next = silentDamage(folder);
    await next.setAside(join(folder, "none"), "it cannot be read");
    assert.match(next.list()[1]?.reason ?? "", /its log has the reason/);
  });

  it("overwrites nothing if many files with the same name arrive at the same time", async () => {
    const folder = await newFolder();
    const damaged = silentDamage(folder);
    const paths = Array.from({ length: 20 }, (_, index) => join(folder, `${"x".repeat(200)}${index}`));
    await Promise.all(paths.map((path) => writeFile(path, path)));
    await Promise.all(paths.map((path) => damaged.setAside(path, "it is a stray")));
    const texts = await Promise.all(damaged.list().map(({ movedTo = "" }) => readFile(movedTo, "utf8")));
    assert.deepEqual(texts.sort(), paths.sort());
  });

  it("skips foreign entries with any name", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "damaged", "folder"), { recursive: true });
    for (const name of [
      "x",
      "2026-13-99T000000.000Z-a",
      "2026-02-30T000000.000Z-b",
      "2026-01-01T000000.000Z-",
    ]) {
      await writeFile(join(folder, "damaged", name), "");
    }
    await writeFile(join(folder, "damaged", "2026-01-01T000000.000Z-keys+me.json"), "");
    const damaged = silentDamage(folder);
    await damaged.open();
    assert.deepEqual(
      damaged.list().map(({ file, time }) => [file, time]),
      [["keys/me.json", "2026-01-01T00:00:00.000Z"]],
    );
    const { result } = methodTable["server.info"];
    assert.ok(result.shape.damaged.safeParse(damaged.list()).success);
  });

  it("shows reports from before it was opened as the latest", async () => {
    const folder = await newFolder();
    const earlier = silentDamage(folder);
    await writeFile(join(folder, "file"), "");
    await earlier.setAside(join(folder, "file"), "it is empty");
    const damaged = silentDamage(folder);
    damaged.report(join(folder, "token"), "a new one was made");
    await damaged.open();
    assert.deepEqual(
      damaged.list().map(({ file }) => file),
      ["token", "file"],
    );
  });

  it("shows the latest hundred, accepts names of any length, and reports a file that it cannot move", async () => {
    const folder = await newFolder();
    const { log, lines } = captureLog();
    const damaged = new DamagedFiles(folder, log);
    for (let number = 0; number < 102; number += 1) {
      const path = join(folder, `${number}-${"\u00e9\u0001".repeat(60)}`);
      await writeFile(path, "");
      await damaged.setAside(path, `it is number ${number}\n\ufffe`);
    }
    assert.deepEqual([damaged.total, damaged.list().length], [102, 100]);
    assert.equal(damaged.list()[0]?.reason, "it is number 101??");
    assert.ok(
      damaged.list().every(({ file, movedTo }) => /^[\x20-\x7e]+$/.test(file) && movedTo !== undefined),
    );
    await damaged.setAside(join(folder, "none"), "it cannot be read");
    assert.deepEqual([damaged.list()[0]?.file, damaged.list()[0]?.movedTo], ["none", undefined]);
    assert.ok(lines.some(({ msg }) => /could not be moved; it stays where it is/.test(String(msg))));
  });
});

describe("a key whose file was damaged", () => {
  const newCloud = testClouds();

  it("does not prevent changes of its instances, which get it again after it is added", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    const texts = ["me", "you", "new"].map(() => makeHostKey().publicKey);
    const [mine = "", yours = "", others = ""] = texts;
    await cloud.keys.add(localAdmin, { name: "me", publicKey: mine });
    await cloud.keys.add(localAdmin, { name: "you", publicKey: yours });
    const { id } = await createReady(cloud, { keys: ["me", "you"] });
    await writeFile(join(stateFolder, "keys", "me.json"), "{");
    const next = await reopen();
    const keysIn = async (): Promise<string[]> => {
      const request = { command: ["cat", "/root/.ssh/authorized_keys"], stdin: Buffer.alloc(0) };
      const { stdout } = await driver.exec(id, { ...request, timeoutMs: 1000, maxOutputBytes: 10_000 });
      return loginLines(Buffer.from(stdout).toString()).trim().split("\n");
    };
    assert.deepEqual(await keysIn(), [mine, yours]);
    const carriers = next.instances.rewriteKeys.bind(next.instances);
    await next.keys.update(localAdmin, { name: "you", publicKey: others }, carriers);
    assert.deepEqual(await keysIn(), [others]);
    await next.instances.update(localAdmin, { instance: id, labels: { a: "b" } });
    await next.keys.add(localAdmin, { name: "me", publicKey: mine });
    await next.keys.update(localAdmin, { name: "me", publicKey: mine }, carriers);
    assert.deepEqual(await keysIn(), [mine, others]);
    await next.keys.remove(localAdmin, { name: "me" }, carriers);
    assert.deepEqual(await keysIn(), [others]);
    await next.instances.destroy(localAdmin, { instance: id });
  });
});

const silent = pino({ level: "silent" });
const dispatches = new WeakMap<Cloud, AdminDispatch>();

function dispatchOf(cloud: Cloud): AdminDispatch {
  const dispatch = dispatches.get(cloud) ?? adminDispatch(cloud, silent);
  dispatches.set(cloud, dispatch);
  return dispatch;
}

/** Encodes and decodes a value like a client's answer. */
async function ask<M extends MethodName>(
  cloud: Cloud,
  method: M,
  parameters: object = {},
): Promise<MethodResult<M>> {
  const answer = await dispatchOf(cloud)(method, [parameters]);
  return methodTable[method].result.parse(answer);
}

/** Creates an engine that acts like the LXC driver, with running containers. */
async function engineWith(containers: readonly ContainerSpec[], serverId: string): Promise<Driver> {
  const network = { address: "", prefixLength: 0, gateway: "", nat: false };
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const driver = createSimulatedDriver({ folder: "", serverId, network, commandTimeoutMs: 1000, log });
  const capabilities = { ...driver.capabilities, ownsNetwork: true };
  for (const container of containers) {
    await driver.create(container);
    await driver.start(container.id);
  }
  return Object.assign(driver, { capabilities, setHosts: () => Promise.resolve() });
}

function optionsOf(stateFolder: string, driver: Driver, log: CloudOptions["log"]): CloudOptions {
  return {
    stateFolder,
    range,
    nat: false,
    driver: "simulated",
    commandTimeoutMs: 1000,
    version: "0.0.0",
    log,
    loadDriver: () => driver,
  };
}

async function makeTemplate(outside: string): Promise<Template> {
  const folder = join(outside, "state");
  const driver = await engineWith([], "0".repeat(32));
  const create = sinon.spy(driver, "create");
  const cloud = await openCloud(optionsOf(folder, driver, silent));
  for (const name of ["me", "you"]) {
    await cloud.keys.add(localAdmin, { name, publicKey: makeHostKey().publicKey });
  }
  const userData = "#!/bin/sh\n";
  const { id } = await createReady(cloud, { name: "web", keys: ["me", "you"], ttlSeconds: 3600, userData });
  const log = { exitCode: 0, output: "", truncated: false };
  await cloud["parts"].context.state.logs.write(
    cloud.instances.catalog.get(localAdmin, { instance: id }).record,
    log,
  );
  await applied(cloud, { name: "db", count: 2, keys: ["you"], clientToken: "token-0001" });
  await cloud.instances.update(localAdmin, { instance: "db-2", labels: { mine: "yes" } });
  const recent = await createReady(cloud, { name: "recent" });
  const instances = await cloud.instances.list(localAdmin, {});
  const { serverId } = cloud.identity;
  await cloud.close();
  // As after a kill soon after its create.
  const ownFolder = join(folder, "instances", String(recent.id));
  const record = instanceRecordSchema.parse(
    JSON.parse(await readFile(join(ownFolder, "instance.json"), "utf8")),
  );
  await writeFile(join(folder, journal), journalLine(record));
  await rm(ownFolder, { recursive: true });
  // A file that containers of release 0.1.0 share.
  const shared = join(folder, "names", scopeOf({}));
  await mkdir(shared, { recursive: true });
  await writeFile(join(shared, "hosts"), "127.0.0.1 localhost\n");
  const containers = create.args.map(([spec]) => spec);
  create.restore();
  return { folder, serverId, containers, instances };
}

/** Returns the paths of all entries of a state folder. */
async function entriesOf(folder: string): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pathOf = ({ parentPath, name }: (typeof entries)[number]): string =>
    join(parentPath, name).slice(folder.length + 1);
  const isFolder = (entry: (typeof entries)[number]): boolean => entry.isDirectory();
  return {
    files: entries
      .filter((entry) => !isFolder(entry))
      .map(pathOf)
      .sort(),
    folders: entries.filter(isFolder).map(pathOf).sort(),
  };
}
