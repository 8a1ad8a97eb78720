import assert from "node:assert/strict";
import { cp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Instance } from "../../../../../protocol/methods/instance";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../../server/cloud/cloud";
import type { InstanceRecord } from "../../../../../server/cloud/instances/records/record";
import { createReady, settled, type TestCloud, testClouds } from "../../../../support/daemons/test-cloud";
import { applied } from "../../../../support/daemons/test-fleet";

describe("conflicting records", () => {
  const newCloud = testClouds();

  const folderOf = ({ stateFolder }: TestCloud, id: number): string =>
    join(stateFolder, "instances", String(id));

  /** Changes a record by hand. */
  async function change(test: TestCloud, id: number, changes: Partial<InstanceRecord>): Promise<void> {
    const path = join(folderOf(test, id), "instance.json");
    const record = JSON.parse(await readFile(path, "utf8")) as InstanceRecord;
    await writeFile(path, JSON.stringify({ ...record, ...changes }));
  }

  async function told(cloud: Cloud): Promise<string[]> {
    const instances = await cloud.instances.list(localAdmin, {});
    return instances.map(({ id, name, ipAddress, status }) => `${id} ${name} ${ipAddress} ${status}`);
  }

  const asBefore = ({ id, name, ipAddress }: Instance, status: string): string =>
    `${id} ${name} ${ipAddress} ${status}`;

  async function assertDestroysAll(test: TestCloud, cloud: Cloud): Promise<void> {
    for (const { id } of await cloud.instances.list(localAdmin, {})) {
      await cloud.instances.destroy(localAdmin, { instance: id });
    }
    assert.deepEqual(await test.driver.list(), []);
    const { free, size } = cloud.info(localAdmin).addressPool;
    assert.equal(free, size);
  }

  it("are resolved after a copy of a folder by moving the copy away", async () => {
    const test = await newCloud();
    const web = await createReady(test.cloud, { name: "web" });
    await settled(test.cloud);
    await cp(folderOf(test, web.id), folderOf(test, 600), { recursive: true });
    await cp(folderOf(test, web.id), folderOf(test, 601), { recursive: true });
    await change(test, 601, { id: 601 });
    const next = await test.reopen();
    assert.deepEqual(await told(next), [asBefore(web, "running")]);
    const reasons = next.info(localAdmin).damaged.map(({ file, reason }) => `${file}: ${reason}`);
    assert.deepEqual(reasons.sort(), [
      "instances/600/instance.json: it is the record of instance 500",
      "instances/601/instance.json: it claims the uid of instance 500",
    ]);
    await assertDestroysAll(test, next);
  });

  it("leave the container to a new record after its folder was moved", async () => {
    const test = await newCloud();
    const web = await createReady(test.cloud, { name: "web" });
    await settled(test.cloud);
    await rename(folderOf(test, web.id), folderOf(test, 400));
    const next = await test.reopen();
    assert.deepEqual(await told(next), [asBefore(web, "failed")]);
    await assertDestroysAll(test, next);
  });

  for (const member of ["uid", "name", "ipAddress"] as const) {
    it(`are resolved by the data of the engine if they have the same ${member}`, async () => {
      const test = await newCloud();
      const [one, two] = [
        await createReady(test.cloud, { name: "one" }),
        await createReady(test.cloud, { name: "two" }),
      ];
      await settled(test.cloud);
      await change(test, one.id, { [member]: two[member] });
      const next = await test.reopen();
      assert.deepEqual(await told(next), [asBefore(one, "failed"), asBefore(two, "running")]);
      assert.ok(next.info(localAdmin).damaged.some(({ reason }) => reason.endsWith(`of instance ${two.id}`)));
      await assertDestroysAll(test, next);
    });
  }

  it("leave the first fleet unchanged after a copy of its file", async () => {
    const test = await newCloud();
    await applied(test.cloud, { name: "web", count: 2, clientToken: "token-0001" });
    const before = await told(test.cloud);
    const path = join(test.stateFolder, "fleets", "web.json");
    await cp(path, join(test.stateFolder, "fleets", "copy.json"));
    const text = (await readFile(path, "utf8")).replaceAll('"name":"web"', '"name":"xyz"');
    await writeFile(join(test.stateFolder, "fleets", "xyz.json"), text);
    const next = await test.reopen();
    assert.deepEqual(await told(next), before);
    assert.deepEqual(
      (await next.fleets.list(localAdmin, {})).map(({ name, status }) => `${name} ${status}`),
      ["web ready"],
    );
    const reasons = next.info(localAdmin).damaged.map(({ file, reason }) => `${file}: ${reason}`);
    assert.deepEqual(reasons.sort(), [
      "fleets/copy.json: it is the file of the fleet web",
      "fleets/xyz.json: instance 500 is in it twice, or in another fleet",
    ]);
    await next.fleets.destroy(localAdmin, { fleet: "web" });
    await assertDestroysAll(test, next);
  });
});
