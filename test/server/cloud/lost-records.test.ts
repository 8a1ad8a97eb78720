import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Instance } from "../../../protocol/methods/instance";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { instanceRecordSchema } from "../../../server/cloud/instances/records/record";
import { assertMccError } from "../../support/assert-error";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { createReady, creation, settled, type TestCloud, testClouds } from "../../support/daemons/test-cloud";
import { applied } from "../../support/daemons/test-fleet";

const range = { first: "198.18.0.2", last: "198.18.0.5" };

describe("a lost record", () => {
  const newCloud = testClouds();

  async function lose({ cloud, stateFolder }: TestCloud, ...path: string[]): Promise<void> {
    await settled(cloud);
    await rm(join(stateFolder, ...path), { recursive: true });
  }

  async function get(cloud: Cloud, id: number): Promise<Instance> {
    return await cloud.instances.get(localAdmin, { instance: id });
  }

  for (const path of [["instance.json"], []]) {
    it(`leaves its instance listed, with its address and name (${path[0] ?? "the whole folder"})`, async () => {
      const current = await newCloud({ range });
      const before = await createReady(current.cloud, { name: "web" });
      await lose(current, "instances", String(before.id), ...path);
      const next = await current.reopen();
      const { uid, name, status, ipAddress, hostname, image, failure } = await get(next, before.id);
      assert.deepEqual(
        { uid, name, status, ipAddress, hostname, image },
        {
          uid: before.uid,
          name: "web",
          status: "failed",
          ipAddress: before.ipAddress,
          hostname: before.hostname,
          image: before.image,
        },
      );
      assert.match(failure ?? "", /record of this instance was lost.*Destroy it/);
    });
  }

  it("keeps the address, the name and the image of its instance in use", async () => {
    const current = await newCloud({ range });
    const before = await createReady(current.cloud, { name: "web" });
    await lose(current, "instances", String(before.id));
    const next = await current.reopen();
    const others = [await createReady(next), await createReady(next)];
    assert.ok(!others.some(({ ipAddress }) => ipAddress === before.ipAddress));
    assert.ok(others.every(({ id }) => id > before.id));
    await assertMccError(
      next.instances.create(localAdmin, creation({ ipAddress: before.ipAddress })),
      "conflict",
      /is taken/,
    );
    await assertMccError(
      next.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    assert.ok(next.instances.usersOf(before.image).includes(before.id));
  });

  it("does not prevent a destroy of its instance, which releases the address", async () => {
    for (const by of ["id", "name", "uid"] as const) {
      const current = await newCloud({ range });
      const before = await createReady(current.cloud, { name: "web" });
      await lose(current, "instances", String(before.id));
      const next = await current.reopen();
      const target = {
        id: { instance: before.id },
        name: { instance: "web" },
        uid: { instance: before.id, uid: before.uid, serverId: next.identity.serverId },
      }[by];
      assert.deepEqual(await next.instances.destroy(localAdmin, target), { destroyed: true });
      assert.deepEqual(await current.driver.list(), []);
      assert.deepEqual(await recordedIds(current.stateFolder), []);
      assert.equal(next.info(localAdmin).addressPool.free, next.info(localAdmin).addressPool.size);
    }
  });

  it("is replaced on disk by a new one for later daemons", async () => {
    const current = await newCloud({ range });
    const { id } = await createReady(current.cloud);
    await lose(current, "instances", String(id));
    const next = await current.reopen();
    const { uid } = await get(next, id);
    await settled(next);
    const text = await readFile(join(current.stateFolder, "instances", String(id), "instance.json"), "utf8");
    const record = instanceRecordSchema.parse(JSON.parse(text));
    assert.deepEqual([record.uid, record.phase], [uid, "failed"]);
  });

  it("does not prevent commands in its instance or a TTL", async () => {
    const current = await newCloud({ range });
    const { id } = await createReady(current.cloud);
    await lose(current, "instances", String(id));
    const next = await current.reopen();
    const words = { command: ["echo", "up"], stdin: "", timeoutSeconds: 5, maxOutputBytes: 100 };
    assert.equal((await next.instances.exec(localAdmin, { instance: id, ...words })).exitCode, 0);
    assert.equal(
      (await next.instances.extend(localAdmin, { instance: id, ttlSeconds: 3600 })).ttlSeconds,
      3600,
    );
  });

  it("of a fleet leaves its members as single instances, with and without a record", async () => {
    const current = await newCloud({ range });
    await applied(current.cloud, { name: "web", count: 3, clientToken: "token-0001" });
    await current.cloud.instances.update(localAdmin, { instance: "web-2", labels: { mine: "yes" } });
    const before = await current.cloud.instances.list(localAdmin, {});
    await lose(current, "fleets", "web.json");
    const next = await current.reopen();
    const after = await next.instances.list(localAdmin, {});
    assert.deepEqual(
      after.map(({ id, uid, name, ipAddress }) => ({ id, uid, name, ipAddress })),
      before.map(({ id, uid, name, ipAddress }) => ({ id, uid, name, ipAddress })),
    );
    assert.deepEqual(
      after.map(({ name, status, fleet }) => `${name} ${status} ${fleet?.name ?? "alone"}`),
      ["web-1 failed alone", "web-2 running alone", "web-3 failed alone"],
    );
    assert.deepEqual(await next.fleets.list(localAdmin, {}), []);
    for (const { id } of after) {
      await next.instances.destroy(localAdmin, { instance: id });
    }
    assert.deepEqual(await current.driver.list(), []);
  });
});
