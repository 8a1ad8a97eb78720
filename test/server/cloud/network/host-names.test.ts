import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Driver } from "../../../../server/driver/driver";
import { createSimulatedDriver } from "../../../../server/driver/simulated/driver";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../../support/daemons/test-cloud";

const webStack = { "minicloud/project": "web", "minicloud/stack": "test" };
const otherStack = { ...webStack, "minicloud/stack": "other" };

describe("the host names that an instance resolves", () => {
  const newCloud = testClouds();
  /** The folder with the hosts file of each container, by id. */
  const folders = new Map<number, string | undefined>();
  let current: TestCloud;

  beforeEach(async () => {
    current = await newCloud({
      range: { first: "198.18.0.2", last: "198.18.3.250" },
      loadDriver: (_name, options) => following(createSimulatedDriver(options), folders),
    });
  });

  async function hostsOf(id: number): Promise<string[]> {
    return (await readFile(join(folders.get(id) ?? "", "hosts"), "utf8")).trimEnd().split("\n").slice(2);
  }

  async function scopes(): Promise<string[]> {
    return await readdir(join(current.stateFolder, "names"));
  }

  it("are those of all instances of its stack, including later ones", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one", hostname: "one.example", labels: webStack });
    await createReady(cloud, { name: "other", labels: otherStack });
    const two = await createReady(cloud, { name: "two", labels: { ...webStack, role: "db" } });
    const expected = [`${one.ipAddress} one.example one`, `${two.ipAddress} two`];
    assert.deepEqual(await hostsOf(one.id), expected);
    assert.deepEqual(await hostsOf(two.id), expected);
  });

  it("are shared by all instances without a stack", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one" });
    const two = await createReady(cloud, { name: "two", labels: { role: "db" } });
    assert.equal(folders.get(one.id), folders.get(two.id));
  });

  it("are in a file that all users can read, which includes localhost", async () => {
    const { cloud } = current;
    const umask = process.umask(0o077);
    try {
      const { id } = await createReady(cloud, { name: "one" });
      const folder = folders.get(id) ?? "";
      assert.match(await readFile(join(folder, "hosts"), "utf8"), /^127\.0\.0\.1 localhost\n::1 localhost /);
      const modes = await Promise.all(
        [join(folder, ".."), folder, join(folder, "hosts")].map(
          async (path) => (await stat(path)).mode & 0o777,
        ),
      );
      assert.deepEqual(modes, [0o755, 0o755, 0o644]);
    } finally {
      process.umask(umask);
    }
  });

  it("include a new name and keep the host name", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one" });
    const { catalog } = cloud.instances;
    await cloud.instances.update({ ...targetOf(one), name: "uno", labels: webStack });
    await cloud["parts"].context.network.hostNames?.settled(catalog.get(targetOf(one)).record);
    assert.deepEqual(await hostsOf(one.id), [`${one.ipAddress} one uno`], "in the scope that it began with");
  });

  it("are removed with their instance, and the file with the last one", async () => {
    const { cloud } = current;
    const one = await createReady(cloud, { name: "one", labels: webStack });
    const two = await createReady(cloud, { name: "two", labels: webStack });
    const { record } = cloud.instances.catalog.get(targetOf(one));
    await cloud.instances.destroy(targetOf(two));
    await cloud["parts"].context.network.hostNames?.settled(record);
    assert.deepEqual(await hostsOf(one.id), [`${one.ipAddress} one`]);
    await cloud.instances.destroy(targetOf(one));
    await cloud["parts"].context.network.hostNames?.settled(record);
    assert.deepEqual(await scopes(), []);
  });

  it("are complete after many creations at the same time", async () => {
    const { cloud } = current;
    await Promise.all(Array.from({ length: 300 }, () => cloud.instances.create(creation())));
    const [first] = cloud.instances.catalog.all();
    assert.ok(first);
    await first.ready;
    assert.equal((await hostsOf(first.id)).length, 300);
  });
});

/** Makes the driver one whose containers follow a hosts file, and records the folders that it gets. */
function following(driver: Driver, folders: Map<number, string | undefined>): Driver {
  const create = driver.create.bind(driver);
  return Object.assign(driver, {
    capabilities: { ...driver.capabilities, followsHosts: true },
    create: async (spec: Parameters<Driver["create"]>[0]) => {
      folders.set(spec.id, spec.hostsFolder);
      return await create(spec);
    },
  });
}
