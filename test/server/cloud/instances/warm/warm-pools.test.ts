import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../../protocol/error";
import type { Caller } from "../../../../../server/cloud/access/caller";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../../server/cloud/cloud";
import { readJournal } from "../../../../../server/cloud/instances/records/journal-lines";
import type { InstanceRecord } from "../../../../../server/cloud/instances/records/record";
import type { CloudOptions } from "../../../../../server/cloud/open-cloud";
import { createSimulatedDriver } from "../../../../../server/driver/simulated/driver";
import { assertMccError } from "../../../../support/assert-error";
import { recordedIds } from "../../../../support/daemons/recorded-ids";
import { createReady, creation, targetOf, testClouds } from "../../../../support/daemons/test-cloud";
import { applied } from "../../../../support/daemons/test-fleet";
import { eventually } from "../../../../support/time/eventually";

const never = (): Promise<never> => new Promise(() => undefined);
const ci: Caller = { account: "ci", role: "user" };

async function filled(cloud: Cloud, image = "micro"): Promise<void> {
  await eventually(
    () => cloud.pools.list().some((pool) => pool.image === image && pool.ready === pool.size),
    `the pool of ${image} is full`,
  );
}

describe("instances that are started ahead", () => {
  const newCloud = testClouds();

  /** Returns a record from the journal. */
  const recordOf = async (stateFolder: string, id: number | string): Promise<InstanceRecord> => {
    const { lines } = readJournal(await readFile(join(stateFolder, "instances", "journal")));
    const line = lines.get(Number(id));
    assert.ok(line, `instance ${id} is in the journal`);
    return line.record;
  };
  const phaseOf = async (stateFolder: string, id: number): Promise<string> =>
    (await recordOf(stateFolder, id)).phase;

  it("are in no list, belong to no account and count in no quota, and their addresses count as free", async () => {
    const { cloud, driver, stateFolder } = await newCloud({ warm: { micro: 3 } });
    await filled(cloud);
    assert.equal((await driver.list()).filter(({ state }) => state === "running").length, 3);
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
    const { instances, addressPool, pools } = cloud.info(localAdmin);
    assert.deepEqual([instances, addressPool.free], [0, addressPool.size]);
    assert.deepEqual(pools, [{ image: "micro", size: 3, ready: 3 }]);
    assert.equal(cloud.info(ci).pools, undefined);
    for (const id of await recordedIds(stateFolder)) {
      assert.equal(await phaseOf(stateFolder, Number(id)), "warm");
      await assertMccError(
        cloud.instances.get(localAdmin, { instance: Number(id) }),
        "not-found",
        /No instance/,
      );
    }
  });

  it("become what was asked for, without a new container, and are replaced", async () => {
    const { cloud, driver, stateFolder } = await newCloud({ warm: { micro: 2 } });
    await filled(cloud);
    const ahead = (await driver.list()).map(({ id }) => id);
    const create = sinon.spy(driver, "create");
    const web = await createReady(cloud, {
      name: "web",
      hostname: "web.example",
      type: "light",
      labels: { a: "b" },
    });
    assert.equal(create.called, false);
    assert.ok(ahead.includes(web.id));
    const { name, hostname, status, type, labels, account } = web;
    assert.deepEqual(
      { name, hostname, status, type, labels, account },
      {
        name: "web",
        hostname: "web.example",
        status: "running",
        type: "light",
        labels: { a: "b" },
        account: "admin",
      },
    );
    assert.match(web.sshHostKey, /^ssh-ed25519 AAAA/);
    assert.equal((await driver.remains(web.id)).uid, web.uid);
    assert.equal((await driver.remains(web.id)).hostname, "web.example");
    const keys = await driver.readFile(web.id, "/root/.ssh/authorized_keys", 1000);
    assert.match(Buffer.from(keys ?? []).toString(), /BEGIN MiniCloud/);
    assert.equal(await phaseOf(stateFolder, web.id), "created");
    await filled(cloud);
    assert.equal((await driver.list()).length, 3);
    await assertMccError(
      cloud.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    await filled(cloud);
    assert.equal((await driver.list()).length, 3, "the refused create used none");
  });

  it("go to two accounts that create at once, each to one", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 2 } });
    await filled(cloud);
    const ahead = (await driver.list()).map(({ id }) => id).sort();
    const created = await Promise.all([
      cloud.instances.create(localAdmin, creation({ waitSeconds: 10 })),
      cloud.instances.create(ci, creation({ waitSeconds: 10 })),
      cloud.instances.create(ci, creation({ waitSeconds: 10 })),
    ]);
    assert.deepEqual(
      created.map(({ status }) => status),
      ["running", "running", "running"],
    );
    assert.equal(new Set(created.map(({ id }) => id)).size, 3);
    assert.equal(created.filter(({ id }) => ahead.includes(id)).length, 2);
    assert.deepEqual(
      created.map(({ account }) => account),
      ["admin", "ci", "ci"],
    );
    const claimed = created.filter(({ account }) => account === "ci").map(({ id }) => id);
    const groups = await Promise.all(claimed.map((id) => cloud.instances.get(ci, { instance: id })));
    assert.equal(groups.length, 2);
    await assertMccError(cloud.instances.get(ci, { instance: created[0].id }), "forbidden", /account/);
  });

  it("become members of a fleet, which stay after a kill of the daemon", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud({ warm: { micro: 2 } });
    await filled(cloud);
    const ahead = (await driver.list()).map(({ id }) => id);
    await applied(cloud, { name: "web", clientToken: "token-0001", count: 3 });
    const before = await cloud.fleets.get(localAdmin, { fleet: "web" });
    const ids = before.members.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id) => ahead.includes(id)),
      ahead,
    );
    await filled(cloud);
    assert.deepEqual(
      await recordedIds(stateFolder),
      (await driver.list())
        .map(({ id }) => id)
        .filter((id) => !ids.includes(id))
        .sort(),
    );
    // As after a power cut that lost the removal of the file.
    const lost = join(stateFolder, "instances", String(ahead[0]));
    const [warm = 0] = await recordedIds(stateFolder);
    const kept = await recordOf(stateFolder, warm);
    await mkdir(lost, { mode: 0o700 });
    await writeFile(join(lost, "instance.json"), JSON.stringify({ ...kept, id: ahead[0] }));
    const next = await reopen();
    assert.deepEqual(await next.fleets.get(localAdmin, { fleet: "web" }), before);
    assert.deepEqual(
      (await next.instances.list(localAdmin, {})).map(({ status }) => status),
      ["running", "running", "running"],
    );
  });

  it("are removed by the next daemon after a kill, also while one is being started or claimed", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud({ warm: { micro: 2 } });
    await filled(cloud);
    const claims = driver.claims;
    assert.ok(claims);
    const claim = sinon.stub(claims, "claim").callsFake(never);
    void cloud.instances.create(localAdmin, creation({ name: "web" })).catch(() => undefined);
    await eventually(() => claim.called, "the claim has begun");
    const create = sinon.stub(driver, "create").callsFake(never);
    await eventually(() => create.called, "another one is being started");
    claim.restore();
    create.restore();
    // A killed daemon replaces nothing.
    driver.watch(() => undefined);
    const next = await reopen();
    assert.deepEqual(await next.instances.list(localAdmin, {}), []);
    await filled(next);
    assert.equal((await driver.list()).length, 2);
    assert.equal((await recordedIds(stateFolder)).length, 2);
    assert.equal((await createReady(next, { name: "web" })).name, "web");
  });

  it("are destroyed when their claim fails, and the create gets a new container", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 1 } });
    await filled(cloud);
    assert.ok(driver.claims);
    sinon.stub(driver.claims, "claim").rejects(new MccError("engine", "device busy"));
    const destroy = sinon.spy(driver, "destroy");
    const web = await createReady(cloud, { name: "web" });
    assert.deepEqual([web.status, destroy.firstCall.args], ["running", [web.id]]);
    assert.equal((await driver.remains(web.id)).name, "web");
    assert.match((await cloud.instances.get(localAdmin, targetOf(web))).sshHostKey, /^ssh-ed25519 /);
  });

  it("give their addresses back when others need them", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 3 } });
    await filled(cloud);
    const { size } = cloud.info(localAdmin).addressPool;
    const [held] = await Promise.all((await driver.list()).map(({ id }) => driver.remains(id)));
    const fixed = await createReady(cloud, { image: "micro", type: "basic", ipAddress: held?.ipAddress });
    assert.equal(fixed.ipAddress, held?.ipAddress);
    const others = await Promise.all(
      Array.from({ length: size - 1 }, (_, index) => createReady(cloud, { name: `other-${index}` })),
    );
    assert.deepEqual(new Set(others.map(({ status }) => status)), new Set(["running"]));
    assert.equal(new Set([fixed, ...others].map(({ ipAddress }) => ipAddress)).size, size);
    await assertMccError(cloud.instances.create(localAdmin, creation()), "exhausted", /All 8 addresses/);
    assert.equal((await driver.list()).length, size);
  });

  it("give the address back before the new container gets it", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 1 } });
    await driver.importImage("other", "");
    await filled(cloud);
    const [pooled] = await driver.list();
    assert.ok(pooled);
    const { ipAddress } = await driver.remains(pooled.id);
    const calls: string[] = [];
    const destroy = driver.destroy.bind(driver);
    sinon.stub(driver, "destroy").callsFake(async (id) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await destroy(id);
      calls.push(`destroyed ${id}`);
    });
    const create = driver.create.bind(driver);
    sinon.stub(driver, "create").callsFake((spec) => {
      calls.push(`create ${spec.ipAddress}`);
      return create(spec);
    });
    await createReady(cloud, { image: "other", ipAddress });
    assert.deepEqual(calls.slice(0, 2), [`destroyed ${pooled.id}`, `create ${ipAddress}`]);
  });

  it("are started with no address that another container still has", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 1 } });
    await driver.importImage("other", "");
    await filled(cloud);
    const [stuck] = await driver.list();
    assert.ok(stuck);
    const { ipAddress } = await driver.remains(stuck.id);
    const destroy = driver.destroy.bind(driver);
    const stub = sinon.stub(driver, "destroy").callsFake(async (id) => {
      if (id === stuck.id) {
        throw new MccError("engine", "device busy");
      }
      await destroy(id);
    });
    await assertMccError(createReady(cloud, { image: "other", ipAddress }), "engine", /device busy/);
    const { size } = cloud.info(localAdmin).addressPool;
    cloud.pools.set("micro", size);
    await eventually(
      () => cloud.pools.list().some(({ ready, problem }) => ready === size - 1 && problem !== undefined),
      "the pool has all other addresses",
    );
    assert.equal((await driver.list()).length, size);
    stub.restore();
    await filled(cloud);
  });

  it("are replaced when their container stops, and when their image is removed and imported again", async () => {
    const { cloud, driver } = await newCloud({ warm: { micro: 1 } });
    await driver.importImage("other", "");
    cloud.pools.set("other", 2);
    await filled(cloud);
    await filled(cloud, "other");
    const idsOf = async (image: string): Promise<number[]> => {
      const all = await Promise.all(
        (await driver.list()).map(async ({ id }) => ({ id, ...(await driver.remains(id)) })),
      );
      return all.filter((each) => each.image === image).map(({ id }) => id);
    };
    const [stopped = 0] = await idsOf("micro");
    await driver.stop(stopped, 0);
    await eventually(async () => !(await idsOf("micro")).includes(stopped), "it was removed");
    await filled(cloud);
    const before = await idsOf("other");
    const { removed } = await cloud.images.remove(
      localAdmin,
      { name: "other" },
      () => [],
      (image) => cloud.pools.leaveImage(image),
    );
    assert.deepEqual([removed, await idsOf("other")], [true, []]);
    await eventually(
      () => cloud.pools.list().some(({ problem }) => /No image "other"/.test(problem ?? "")),
      "the pool reports the missing image",
    );
    await driver.importImage("other", "");
    await filled(cloud, "other");
    assert.ok((await idsOf("other")).every((id) => !before.includes(id)));
    assert.equal(cloud.pools.list().find(({ image }) => image === "other")?.problem, undefined);
  });

  it("are removed when the pool gets smaller, and when the daemon ends", async () => {
    const { cloud, driver, stateFolder } = await newCloud({ warm: { micro: 3 } });
    await filled(cloud);
    assert.deepEqual(await cloud.setPool(localAdmin, { image: "micro", size: 1 }), {
      image: "micro",
      size: 1,
      ready: 1,
    });
    await eventually(async () => (await driver.list()).length === 1, "two were removed");
    const create = driver.create.bind(driver);
    let goOn: () => void = () => undefined;
    const stub = sinon.stub(driver, "create").callsFake(async (spec) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return await create(spec);
    });
    cloud.pools.set("micro", 2);
    await eventually(() => stub.called, "the second one is being started");
    cloud.pools.set("micro", 1);
    goOn();
    await stub.firstCall.returnValue;
    stub.restore();
    await eventually(async () => (await driver.list()).length === 1, "it was removed too");
    assert.deepEqual(cloud.pools.list(), [{ image: "micro", size: 1, ready: 1 }]);
    const web = await createReady(cloud, { name: "web" });
    await filled(cloud);
    await cloud.close();
    assert.deepEqual(await driver.list(), [{ id: web.id, state: "running" }]);
    assert.deepEqual(await recordedIds(stateFolder), [web.id]);
  });

  it("are started only for images that exist, with a driver that can do that", async () => {
    const { cloud } = await newCloud();
    await assertMccError(
      cloud.setPool(localAdmin, { image: "nonesuch", size: 1 }),
      "not-found",
      /"nonesuch"/,
    );
    assert.deepEqual(cloud.pools.list(), []);
    const loadDriver: CloudOptions["loadDriver"] = (_name, options) =>
      Object.assign(createSimulatedDriver(options), { claims: undefined });
    await assertMccError(newCloud({ loadDriver, warm: { micro: 1 } }), "invalid", /omit the pool \(--warm\)/);
    const { cloud: other } = await newCloud({ loadDriver });
    assert.ok(!other.info(localAdmin).features.includes("pools"));
    await assertMccError(
      other.setPool(localAdmin, { image: "micro", size: 1 }),
      "invalid",
      /cannot start instances ahead/,
    );
  });

  it("are not started while creates are under way", async () => {
    const { cloud, driver } = await newCloud();
    const started: string[] = [];
    const create = driver.create.bind(driver);
    let goOn: () => void = () => undefined;
    sinon.stub(driver, "create").callsFake(async (spec) => {
      started.push(spec.unclaimed === true ? "ahead" : "asked for");
      if (spec.unclaimed !== true) {
        await new Promise<void>((resolve) => (goOn = resolve));
      }
      return await create(spec);
    });
    const web = createReady(cloud, { name: "web" });
    await eventually(() => started.length === 1, "the create has begun");
    cloud.pools.set("micro", 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(started, ["asked for"]);
    goOn();
    await web;
    await filled(cloud);
    assert.deepEqual(started, ["asked for", "ahead"]);
  });
});
