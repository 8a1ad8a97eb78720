import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { makeHostKey } from "../../../../server/cloud/instances/creation/host-key";
import { readJournal } from "../../../../server/cloud/instances/records/journal-lines";
import type { InstanceRecord } from "../../../../server/cloud/instances/records/record";
import { assertMccError } from "../../../support/assert-error";
import { recordedIds } from "../../../support/daemons/recorded-ids";
import { createReady, creation, settled, targetOf, testClouds } from "../../../support/daemons/test-cloud";
import { loginLines } from "../../../support/login-lines";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

const never = (): Promise<never> => new Promise(() => undefined);

describe("the start after a daemon was killed", () => {
  const newCloud = testClouds();
  const time = handTime();

  for (const step of ["create", "start"] as const) {
    it(`undoes a create that was in the step "${step}"`, async () => {
      const { cloud, driver, stateFolder, reopen } = await newCloud();
      const survivor = await createReady(cloud, { name: "survivor" });
      const stub = sinon.stub(driver, step).callsFake(never);
      await cloud.instances.create(localAdmin, creation({ name: "web" }));
      await eventually(() => stub.called, `the step "${step}" has begun`);
      stub.restore();
      const next = await reopen();
      assert.deepEqual(
        (await next.instances.list(localAdmin, {})).map(({ uid, status }) => [uid, status]),
        [[survivor.uid, "running"]],
      );
      assert.deepEqual(await driver.list(), [{ id: survivor.id, state: "running" }]);
      assert.deepEqual(await recordedIds(stateFolder), [survivor.id]);
      const again = await createReady(next, { name: "web" });
      assert.ok(again.id > survivor.id + 1, "an id is never used twice");
    });
  }

  it("finishes an incomplete destroy", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    const stub = sinon.stub(driver, "destroy").callsFake(never);
    void cloud.instances.destroy(localAdmin, targetOf(instance));
    await eventually(() => stub.called, "the destroy has begun");
    await assertJournaled(stateFolder, instance.id, "destroying");
    stub.restore();
    const next = await reopen();
    assert.deepEqual(await next.instances.list(localAdmin, {}), []);
    assert.deepEqual(await driver.list(), []);
    assert.equal(next.info(localAdmin).addressPool.free, next.info(localAdmin).addressPool.size);
  });

  it("succeeds even if an incomplete create cannot be undone, and retries to undo it", async () => {
    const { cloud, driver, reopen } = await newCloud();
    const started = sinon.stub(driver, "start").callsFake(never);
    const instance = await cloud.instances.create(localAdmin, creation({ name: "web" }));
    await eventually(() => started.called, "the start has begun");
    const stub = sinon.stub(driver, "destroy").rejects(new MccError("engine", "device busy."));
    const next = await reopen();
    const failed = await next.instances.get(localAdmin, { instance: instance.id });
    assert.equal(failed.status, "failed");
    assert.match(failed.failure ?? "", /device busy/);
    await assertMccError(
      next.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    stub.restore();
    await time.passUntil(
      async () => (await next.instances.list(localAdmin, {})).length === 0,
      "it is cleared away",
    );
    assert.deepEqual(await driver.list(), []);
  });

  it("starts the instances that should run after a reboot of the host", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    const [up, down] = [await createReady(cloud), await createReady(cloud)];
    await cloud.instances.stop(localAdmin, { ...targetOf(down), graceSeconds: 0 });
    await driver.stop(up.id, 0);
    await writeFile(join(stateFolder, "boot-id.json"), JSON.stringify({ bootId: "an earlier one" }));
    const next = await reopen();
    await eventually(
      async () => (await next.instances.get(localAdmin, targetOf(up))).status === "running",
      "it runs again",
    );
    assert.equal((await next.instances.get(localAdmin, targetOf(down))).status, "stopped");
  });

  it("after a reboot of the host, an instance that cannot be started shows the reason until it is started", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await driver.stop(instance.id, 0);
    await writeFile(join(stateFolder, "boot-id.json"), JSON.stringify({ bootId: "an earlier one" }));
    const stub = sinon.stub(driver, "start").rejects(new MccError("engine", "no such bridge."));
    const failureIn = async (list: typeof cloud): Promise<unknown> => {
      const [{ status, failure } = {}] = await list.instances.list(localAdmin, {});
      return [status, failure];
    };
    const reason = `It could not be started: no such bridge; start it when the cause is removed (mcc start ${instance.id}), or destroy it.`;
    const next = await reopen();
    await eventually(async () => {
      const [, failure] = (await failureIn(next)) as [string, unknown];
      return failure === reason;
    }, "the reason is listed");
    const later = await reopen();
    assert.deepEqual(await failureIn(later), ["stopped", reason]);
    await assertMccError(later.instances.start(localAdmin, targetOf(instance)), "engine", /no such bridge/);
    assert.deepEqual(await failureIn(later), ["stopped", reason]);
    stub.restore();
    await later.instances.start(localAdmin, targetOf(instance));
    assert.deepEqual(await failureIn(later), ["running", undefined]);
    await later.instances.stop(localAdmin, { ...targetOf(instance), graceSeconds: 0 });
    assert.deepEqual(await failureIn(later), ["stopped", undefined]);
    await later.instances.destroy(localAdmin, targetOf(instance));
    assert.deepEqual(await later.instances.list(localAdmin, {}), []);
  });

  it("brings an incomplete change of a key to the remaining instances", async () => {
    const { cloud, driver, reopen } = await newCloud();
    const [one, two] = [makeHostKey().publicKey, makeHostKey().publicKey];
    await cloud.keys.add(localAdmin, { name: "me", publicKey: one });
    const instance = await createReady(cloud, { keys: ["me"] });
    const stub = sinon.stub(driver, "writeFiles").callsFake(never);
    void cloud.keys.update(localAdmin, { name: "me", publicKey: two }, (change) =>
      cloud.instances.rewriteKeys(change),
    );
    await eventually(() => stub.called, "the change has begun");
    stub.restore();
    const next = await reopen();
    await eventually(async () => {
      const words = ["cat", "/root/.ssh/authorized_keys"];
      const limits = { stdin: "", timeoutSeconds: 1, maxOutputBytes: 1000 };
      const { stdout } = await next.instances.exec(localAdmin, {
        ...targetOf(instance),
        command: words,
        ...limits,
      });
      return loginLines(Buffer.from(stdout, "base64").toString()) === `${two}\n`;
    }, "the instance has the new key");
  });

  it("lists a container without a record, leaves it unchanged, and does not reuse its id", async () => {
    const { cloud, driver, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await driver.create({
      id: 900,
      uid: "0".repeat(32),
      name: "foreign",
      image: "micro",
      hostname: "foreign",
      ipAddress: "198.18.0.9",
      nameservers: [],
      type: { name: "basic" },
      files: [],
    });
    const next = await reopen();
    assert.deepEqual(
      (await next.instances.list(localAdmin, {})).map(({ id, status }) => `${id} ${status}`),
      [`${instance.id} running`, "900 failed"],
    );
    assert.equal((await createReady(next)).id, 901);
    assert.ok((await driver.list()).some(({ id }) => id === 900));
  });

  it("restores names, tokens and readiness", async () => {
    const { cloud, reopen } = await newCloud();
    const instance = await createReady(cloud, { name: "web", clientToken: "token-0001" });
    const next = await reopen();
    assert.equal(
      (await next.instances.create(localAdmin, creation({ clientToken: "token-0001" }))).uid,
      instance.uid,
    );
    await assertMccError(
      next.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    const { ready } = await next.instances.wait(localAdmin, { ...targetOf(instance), timeoutSeconds: 1 });
    assert.equal(ready, true);
  });

  it("reads records of earlier daemons, in which waitFor is a single word", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await settled(cloud);
    const record = JSON.parse(await readRecord(stateFolder, instance.id)) as object;
    await writeFile(recordPath(stateFolder, instance.id), JSON.stringify({ ...record, waitFor: "ssh" }));
    const next = await reopen();
    await next.instances.update(localAdmin, { ...targetOf(instance), labels: { a: "b" } });
    await settled(next);
    assert.match(await readRecord(stateFolder, instance.id), /"waitFor": \[\s*"ssh"\s*\]/);
  });

  it("reports an unreadable record, moves it away, and continues without it", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await settled(cloud);
    await writeFile(recordPath(stateFolder, instance.id), "{");
    const next = await reopen();
    const found = next.info(localAdmin).damaged.find(({ movedTo }) => movedTo !== undefined);
    assert.deepEqual([found?.file, found?.reason], ["instances/500/instance.json", "it is not JSON"]);
    assert.equal(await readFile(found?.movedTo ?? "", "utf8"), "{");
    assert.equal((await next.instances.get(localAdmin, { instance: instance.id })).status, "failed");
  });

  it("does not show a folder without a record as an instance", async () => {
    const { stateFolder, reopen } = await newCloud();
    await mkdir(join(stateFolder, "instances", "777"));
    const next = await reopen();
    assert.deepEqual(await next.instances.list(localAdmin, {}), []);
    assert.deepEqual(await recordedIds(stateFolder), []);
  });
});

async function assertJournaled(
  stateFolder: string,
  id: number,
  phase: InstanceRecord["phase"],
): Promise<void> {
  const { lines } = readJournal(await readFile(join(stateFolder, "instances", "journal")));
  assert.equal(lines.get(id)?.record.phase, phase);
}

function recordPath(stateFolder: string, id: number): string {
  return join(stateFolder, "instances", String(id), "instance.json");
}

async function readRecord(stateFolder: string, id: number): Promise<string> {
  return await readFile(recordPath(stateFolder, id), "utf8");
}
