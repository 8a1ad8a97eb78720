import assert from "node:assert/strict";
import sinon from "sinon";
import { createInstance } from "../../../../client/workflows/create-instance";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { type InProcessDaemon, inProcessDaemons } from "../../../support/daemons/in-process-daemon";
import { createReady, testClouds } from "../../../support/daemons/test-cloud";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";
import { callRaw } from "../../../support/wire/wire";

const simulatedMembers = ["m1", "m2", "m3"].map((name) => ({ name, group: "default" }));
const isUnreachable =
  /Instance \d+ \(db\) is unreachable: the member "m2" of the cluster does not answer\. .* by force/;

describe("an instance whose member of the cluster does not answer, on the wire", function () {
  this.timeout(60_000);
  const newDaemon = inProcessDaemons();

  async function withDb(): Promise<InProcessDaemon> {
    const daemon = await newDaemon({ simulatedMembers });
    const { client } = daemon;
    await client.call("instance.create", { name: "web", member: "m1", waitSeconds: 10 });
    await client.call("instance.create", { name: "db", member: "m2", waitSeconds: 10 });
    await client.call("member.simulate", { member: "m2", state: "offline" });
    return daemon;
  }

  const statusOf = async ({ client }: InProcessDaemon, name: string): Promise<string> =>
    (await client.call("instance.get", { instance: name })).status;

  it("is unreachable and never gone, and the others go on", async () => {
    const daemon = await withDb();
    const { client } = daemon;
    const db = await client.call("instance.get", { instance: "db" });
    assert.equal(db.status, "unreachable");
    assert.equal(db.member, "m2");
    assert.match(db.failure ?? "", /the member "m2" of the cluster does not answer, .*can still run/);
    const listed = await client.call("instance.list", {});
    assert.deepEqual(
      listed.map(({ name, status }) => [name, status]),
      [
        ["web", "running"],
        ["db", "unreachable"],
      ],
    );
    await client.call("instance.exec", { instance: "web", command: ["true"] });
    const made = await client.call("instance.create", { waitSeconds: 10 });
    assert.equal(made.member, "m3", "creates go elsewhere");
    await client.call("member.simulate", { member: "m2", state: "online" });
    assert.equal(await statusOf(daemon, "db"), "running");
  });

  it("refuses every change with one clear error, and keeps its name and address", async () => {
    const { client } = await withDb();
    const { ipAddress } = await client.call("instance.get", { instance: "db" });
    const instance = "db";
    for (const call of [
      () => client.call("instance.wait", { instance }),
      () => client.call("instance.update", { instance, type: "small" }),
      () => client.call("instance.start", { instance }),
      () => client.call("instance.stop", { instance }),
      () => client.call("instance.restart", { instance }),
      () => client.call("instance.exec", { instance, command: ["true"] }),
      () => client.call("instance.execStart", { instance, command: ["true"] }),
    ]) {
      await assertMccError(call(), "unreachable", isUnreachable);
    }
    await assertMccError(client.call("instance.create", { name: "db" }), "conflict", /"db" is taken/);
    await assertMccError(client.call("instance.create", { ipAddress }), "conflict", /taken/);
  });

  it("is not created a second time by its client token", async () => {
    const { client } = await newDaemon({ simulatedMembers });
    const create = { name: "db", member: "m2", clientToken: "token-0001", waitSeconds: 10 };
    await client.call("instance.create", create);
    await client.call("member.simulate", { member: "m2", state: "offline" });
    await client.call("instance.list", {});
    await assertMccError(client.call("instance.create", create), "unreachable", isUnreachable);
    assert.equal((await client.call("instance.list", {})).length, 1);
  });

  it("is destroyed when its member is back, and not reported as destroyed before", async () => {
    const daemon = await withDb();
    const { client, cloud } = daemon;
    const db = await client.call("instance.get", { instance: "db" });
    await assertMccError(
      client.call("instance.destroy", { instance: "db" }),
      "unreachable",
      /Instance \d+ \(db\) is not destroyed yet, because the member "m2" .*The daemon destroys it when the member is back/,
    );
    const waiting = await client.call("instance.get", { instance: "db" });
    assert.equal(waiting.status, "unreachable");
    assert.match(waiting.failure ?? "", /The instance is destroyed when the member is back/);
    await assertMccError(client.call("instance.create", { ipAddress: db.ipAddress }), "conflict", /taken/);
    await client.call("member.simulate", { member: "m2", state: "online" });
    await eventually(
      async () => (await client.call("instance.list", {})).length === 1,
      "the destroy is carried out",
    );
    assert.equal((await client.call("instance.create", { name: "db", waitSeconds: 10 })).status, "running");
    const { free, size } = cloud.info(localAdmin).addressPool;
    assert.equal(size - free, 2);
  });

  it("is destroyed by the return itself, and not by the next try", async () => {
    const { client, cloud } = await withDb();
    const timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await assertMccError(
        client.call("instance.destroy", { instance: "db" }),
        "unreachable",
        /not destroyed yet/,
      );
      await cloud["parts"].context.choices.placements.simulate("m2", "online");
      assert.equal((await client.call("instance.list", {})).length, 2);
      await timers.tickAsync(1);
    } finally {
      timers.restore();
    }
    // The next try would be a second later, on a clock that stands still.
    await eventually(
      async () => (await client.call("instance.list", {})).length === 1,
      "the destroy is carried out",
    );
  });

  it("is gone once its member is removed by force", async () => {
    const daemon = await withDb();
    const { client } = daemon;
    await client.call("member.simulate", { member: "m2", state: "removed" });
    assert.deepEqual(
      (await client.call("instance.list", {})).map(({ name, status }) => [name, status]),
      [
        ["web", "running"],
        ["db", "failed"],
      ],
    );
    assert.deepEqual(await client.call("instance.destroy", { instance: "db" }), { destroyed: true });
    assert.deepEqual(
      (await client.info()).members?.map(({ name }) => name),
      ["m1", "m2", "m3"],
      "a client asks once",
    );
  });

  it("has a status and errors that clients of earlier releases know", async () => {
    const { url, client, cloud } = await withDb();
    const old = { url, token: cloud.identity.token };
    const instance = (await callRaw(old, "instance.get", { instance: "db" })) as Record<string, unknown>;
    assert.equal(instance.status, "stopped");
    assert.match(String(instance.failure), /the member "m2" of the cluster does not answer/);
    const list = (await callRaw(old, "instance.list", {})) as Record<string, unknown>[];
    assert.deepEqual(
      list.map(({ status }) => status),
      ["running", "stopped"],
    );
    await assertMccError(callRaw(old, "instance.start", { instance: "db" }), "engine", isUnreachable);
    await assertMccError(callRaw(old, "instance.destroy", { instance: "db" }), "engine", /not destroyed yet/);
    const vz = (await callRaw(old, "openvz.get_instances", { all: true })) as Record<string, unknown>[];
    assert.deepEqual(
      vz.map(({ status }) => status),
      ["running", "stopped"],
    );
    assert.equal((await client.call("instance.get", { instance: "db" })).status, "unreachable");
    const doomed = (await callRaw(old, "instance.get", { instance: "db" })) as Record<string, unknown>;
    assert.equal(doomed.status, "failed", "never destroying, which could be taken for gone");
  });

  it("is no success for a client that waits for its create, also one of an earlier release", async () => {
    const { url, client, cloud } = await newDaemon({ simulatedMembers });
    const { driver } = cloud["parts"].context;
    const dieAtStart = (): void => {
      const stub = sinon.stub(driver, "inOneSlot").callsFake(async (work) => {
        stub.restore();
        return await driver.inOneSlot((engine) =>
          work({
            ...engine,
            create: (spec) => engine.create(spec),
            start: async (id) => {
              await driver.simulateMember?.("m2", "offline");
              await engine.start(id);
            },
          }),
        );
      });
    };
    dieAtStart();
    await assertMccError(
      createInstance(client, { name: "db", member: "m2" }),
      "unreachable",
      /was not created: the step "start" failed: .*is tried again/,
    );
    await client.call("member.simulate", { member: "m2", state: "online" });
    await eventually(async () => (await client.call("instance.list", {})).length === 0, "it is undone");
    dieAtStart();
    const old = { url, token: cloud.identity.token };
    const asked = { name: "db", member: "m2", waitSeconds: 10 };
    const made = (await callRaw(old, "instance.create", asked)) as Record<string, unknown>;
    assert.equal(made.status, "failed");
  });
});

describe("an instance that is unreachable while the daemon acts by itself", () => {
  const newCloud = testClouds();
  const time = handTime();
  const caller = { ...localAdmin, understands: new Set(["unreachable"] as const) };

  it("is destroyed after its TTL when its member is back", async () => {
    const { cloud, driver } = await newCloud({ simulatedMembers, clock: time.clock });
    const db = await createReady(cloud, { name: "db", member: "m2", ttlSeconds: 60 });
    await driver.simulateMember?.("m2", "offline");
    const destroy = sinon.spy(driver, "destroy");
    await time.passUntil(() => destroy.callCount > 3, "it is tried again and again");
    const { callCount } = destroy;
    await time.pass(4000);
    assert.equal(destroy.callCount, callCount, "the pauses grow");
    assert.equal((await cloud.instances.get(caller, { instance: db.id })).status, "unreachable");
    await driver.simulateMember?.("m2", "online");
    await time.passUntil(
      async () => (await cloud.instances.list(caller, {})).length === 0,
      "it is destroyed",
      { stepMs: 30_000 },
    );
    assert.deepEqual(await driver.list(), []);
  });

  it("is found by the next daemon, with what was intended", async () => {
    const { cloud, driver, reopen } = await newCloud({ simulatedMembers });
    const [db, web] = [
      await createReady(cloud, { name: "db", member: "m2" }),
      await createReady(cloud, { name: "web", member: "m2" }),
    ];
    await driver.simulateMember?.("m2", "offline");
    await assertMccError(
      cloud.instances.destroy(caller, { instance: web.id }),
      "unreachable",
      /not destroyed yet/,
    );
    const next = await reopen();
    assert.deepEqual(
      (await next.instances.list(caller, {})).map(({ uid, status, member }) => [uid, status, member]),
      [db, web].map(({ uid }) => [uid, "unreachable", "m2"]),
    );
    await driver.simulateMember?.("m2", "online");
    const left = () => next.instances.list(caller, {});
    await time.passUntil(async () => (await left()).length === 1, "the destroy is carried out");
    assert.deepEqual(
      (await left()).map(({ uid, status }) => [uid, status]),
      [[db.uid, "running"]],
    );
  });

  it("is undone later if its member dies during its create", async () => {
    const { cloud, driver } = await newCloud({ simulatedMembers });
    const start = sinon.stub(driver, "start").callsFake(async () => {
      await driver.simulateMember?.("m2", "offline");
      start.restore();
      await driver.start(500);
    });
    await assertMccError(createReady(cloud, { name: "db", member: "m2" }), "unreachable", /is tried again/);
    assert.equal((await cloud.instances.get(caller, { instance: "db" })).status, "unreachable");
    await driver.simulateMember?.("m2", "online");
    await time.passUntil(
      async () => (await cloud.instances.list(caller, {})).length === 0,
      "what is left of it is removed",
    );
    assert.deepEqual(await driver.list(), []);
  });
});
