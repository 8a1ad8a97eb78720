import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { HostNames, scopeOf } from "../../../../server/cloud/network/host-names";
import { LateWrites } from "../../../../server/cloud/state/late-writes";
import type { Driver } from "../../../../server/driver/driver";
import { createSimulatedDriver } from "../../../../server/driver/simulated/driver";
import { captureLog } from "../../../support/captured-log";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../../support/daemons/test-cloud";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { eventually } from "../../../support/time/eventually";

const webStack = { "minicloud/project": "web", "minicloud/stack": "test" };
const otherStack = { ...webStack, "minicloud/stack": "other" };

describe("the host names that an instance resolves", () => {
  const newCloud = testClouds();
  /** The lines of each container's hosts file, by id. */
  const hosts = new Map<number, readonly string[]>();
  let current: TestCloud;

  beforeEach(async () => {
    hosts.clear();
    current = await newCloud({
      range: { first: "198.18.0.2", last: "198.18.3.250" },
      loadDriver: (_name, options) => following(createSimulatedDriver(options), hosts),
    });
  });

  it("are those of their stack, earlier and later ones, when an instance is ready", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one", hostname: "one.example", labels: webStack });
    const other = await createReady(cloud, { name: "other", labels: otherStack });
    const two = await createReady(cloud, { name: "two", labels: { ...webStack, role: "db" } });
    const expected = [`${one.ipAddress} one.example one`, `${two.ipAddress} two`];
    assert.deepEqual(hosts.get(one.id), expected);
    assert.deepEqual(hosts.get(two.id), expected);
    assert.deepEqual(hosts.get(other.id), [`${other.ipAddress} other`]);
  });

  it("are shared by all instances without a stack", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one" });
    const two = await createReady(cloud, { name: "two", labels: { role: "db" } });
    assert.equal(hosts.get(one.id)?.length, 2);
    assert.deepEqual(hosts.get(one.id), hosts.get(two.id));
  });

  it("include a new name and keep the host name", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one", labels: webStack });
    const two = await createReady(cloud, { name: "two", labels: webStack });
    const { catalog } = cloud.instances;
    await cloud.instances.update(localAdmin, { ...targetOf(one), name: "uno", labels: otherStack });
    await cloud["parts"].context.network.hostNames?.settled(catalog.get(localAdmin, targetOf(one)).record);
    const expected = [`${one.ipAddress} one uno`, `${two.ipAddress} two`];
    assert.deepEqual(hosts.get(one.id), expected, "in the stack that it began with");
    assert.deepEqual(hosts.get(two.id), expected);
  });

  /** Names without a cloud. */
  const namesOver = (setHosts: NonNullable<Driver["setHosts"]>, { log } = captureLog()): HostNames =>
    new HostNames(current.stateFolder, log, silentDamage(current.stateFolder), { setHosts });
  const record = (id: number, rest: object = {}) => ({
    id,
    name: `web-${id}`,
    hostname: `web-${id}`,
    ipAddress: `198.18.0.${id}`,
    labels: {},
    ...rest,
  });
  const note = (id: number, lines: readonly string[]): Promise<void> =>
    Promise.resolve(void hosts.set(id, lines));
  const addTo = (names: HostNames, ...records: readonly ReturnType<typeof record>[]): void =>
    records.forEach((each) => {
      names.set(each);
      names.made(each);
    });

  it("are not written into a container that was taken over, whose name the others know", async () => {
    const names = namesOver(note);
    addTo(names, record(2), record(3, { before: {} }));
    await names.settled(record(2));
    await names.close();
    assert.deepEqual([...hosts], [[2, ["198.18.0.2 web-2", "198.18.0.3 web-3"]]]);
  });

  it("are not written into a container that is being destroyed, but its name stays until it is gone", async () => {
    const names = namesOver(note);
    addTo(names, record(1), record(2));
    await names.settled(record(1));
    names.leaves(record(1));
    addTo(names, record(3));
    await names.settled(record(3));
    assert.deepEqual(hosts.get(1), ["198.18.0.1 web-1", "198.18.0.2 web-2"]);
    assert.deepEqual(hosts.get(2), ["198.18.0.1 web-1", "198.18.0.2 web-2", "198.18.0.3 web-3"]);
    names.delete(record(1));
    await eventually(() => hosts.get(2)?.length === 2, "the others lose its name");
    assert.deepEqual(hosts.get(2), ["198.18.0.2 web-2", "198.18.0.3 web-3"]);
    names.leaves(record(1));
    addTo(names, record(1));
    await names.settled(record(1));
    assert.equal(hosts.get(1)?.length, 3, "the next instance with its id has all names");
    await names.close();
  });

  it("are not written by a write that waited until the container was being destroyed", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun = new Set<number>();
    const names = namesOver(async (id) => {
      begun.add(id);
      await released;
    });
    const records = Array.from({ length: 9 }, (_, index) => record(index + 2));
    addTo(names, ...records);
    await eventually(() => begun.size === 8, "eight writes have begun");
    names.leaves(record(10));
    release();
    await names.settled(record(2));
    await names.close();
    assert.equal(begun.has(10), false);
  });

  it("that cannot be written because the container is being destroyed are no failure", async () => {
    const captured = captureLog();
    const names: HostNames = namesOver(() => {
      names.leaves(record(2));
      return Promise.reject(new MccError("engine", "it ends"));
    }, captured);
    addTo(names, record(2));
    await names.settled(record(2));
    await names.close();
    assert.deepEqual(captured.lines, []);
  });

  it("end with their instance", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one", labels: webStack });
    const two = await createReady(cloud, { name: "two", labels: webStack });
    const { record } = cloud.instances.catalog.get(localAdmin, targetOf(one));
    await cloud.instances.destroy(localAdmin, targetOf(two));
    await cloud["parts"].context.network.hostNames?.settled(record);
    assert.deepEqual(hosts.get(one.id), [`${one.ipAddress} one`]);
  });

  it("are complete after many creations at the same time", async () => {
    const { cloud } = current;
    await Promise.all(Array.from({ length: 300 }, () => cloud.instances.create(localAdmin, creation())));
    await Promise.all(cloud.instances.catalog.all().map((instance) => instance.ready));
    assert.deepEqual(
      [...hosts.values()].map(({ length }) => length),
      Array<number>(300).fill(300),
    );
  });
});

describe("the names in instances of an earlier daemon", () => {
  const newFolder = temporaryFolders();
  const record = { id: 500, ipAddress: "198.18.0.2", hostname: "one", name: "one", labels: webStack };

  async function open(folder: string, setHosts: NonNullable<Driver["setHosts"]>): Promise<HostNames> {
    const { log } = captureLog();
    const names = new HostNames(folder, log, silentDamage(folder), { setHosts });
    await names.clear();
    names.set(record);
    await names.open(new LateWrites(log));
    return names;
  }

  it("of new instances wait for no instances in which a write takes long, and reach those later", async () => {
    const written = new Map<number, readonly string[]>();
    let thaw = (): void => undefined;
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const names = await open(await newFolder(), async (id, lines) => {
      await (id < 520 ? frozen : undefined);
      written.set(id, lines);
    });
    const host = (id: number) => ({ ...record, id, name: `web-${id}`, hostname: `web-${id}` });
    Array.from({ length: 20 }, (_, index) => host(501 + index)).forEach((each) => {
      names.set(each);
      names.made(each);
    });
    await names.settled(record);
    names.set(host(521));
    await names.settled(record);
    assert.equal(written.get(520)?.length, 22);
    assert.equal(written.get(500), undefined);
    thaw();
    await eventually(() => written.get(500)?.length === 22, "it has all names");
    await names.close();
  });

  it("are written at the start, also if the first try fails", async () => {
    const tries: (readonly string[])[] = [];
    const names = await open(await newFolder(), (_id, lines) => {
      tries.push(lines);
      return tries.length === 1 ? Promise.reject(new Error("not now")) : Promise.resolve();
    });
    assert.deepEqual(tries, [["198.18.0.2 one"]]);
    await eventually(() => tries.length === 2, "they are written again");
    assert.deepEqual(tries[1], ["198.18.0.2 one"]);
    await names.settled(record);
    assert.equal(tries.length, 2);
    await names.close();
  });

  it("are also in the file that the first release shared, readable for all, until the stack has no instance", async () => {
    const folder = await newFolder();
    const [shared, unused] = [scopeOf(webStack), scopeOf(otherStack)].map((scope) =>
      join(folder, "names", scope),
    );
    assert.ok(shared !== undefined && unused !== undefined);
    const umask = process.umask(0o077);
    try {
      for (const each of [shared, unused]) {
        await mkdir(each, { recursive: true });
        await writeFile(join(each, "hosts"), "127.0.0.1 localhost\n");
      }
      const names = await open(folder, () => Promise.resolve());
      assert.equal(
        await readFile(join(shared, "hosts"), "utf8"),
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\n198.18.0.2 one\n",
      );
      assert.equal((await stat(join(shared, "hosts"))).mode & 0o777, 0o644);
      assert.deepEqual(await readdir(join(folder, "names")), [scopeOf(webStack)]);
      names.set({ ...record, name: "uno" });
      await names.settled(record);
      assert.match(await readFile(join(shared, "hosts"), "utf8"), /^198\.18\.0\.2 one uno$/m);
      names.delete(record);
      await eventually(async () => (await readdir(join(folder, "names"))).length === 0, "it is removed");
      await names.close();
    } finally {
      process.umask(umask);
    }
  });

  it("need no folder in the state folder", async () => {
    const folder = await newFolder();
    const names = await open(folder, () => Promise.resolve());
    assert.deepEqual(await readdir(folder), []);
    await names.close();
  });
});

/** The driver as one whose containers follow names. */
function following(driver: Driver, hosts: Map<number, readonly string[]>): Driver {
  const create = driver.create.bind(driver);
  return Object.assign(driver, {
    create: async (spec: Parameters<Driver["create"]>[0]) => {
      hosts.set(spec.id, spec.hosts?.() ?? []);
      return await create(spec);
    },
    setHosts: (id: number, lines: readonly string[]) => {
      hosts.set(id, lines);
      return Promise.resolve();
    },
  });
}
