import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { assertMccError } from "../../support/assert-error";
import { eventually } from "../../support/eventually";
import { createReady, creation, targetOf, testClouds } from "../../support/test-cloud";

const never = (): Promise<never> => new Promise(() => undefined);

describe("after a daemon was killed", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  for (const step of ["create", "start"] as const) {
    it(`in the step "${step}" of a create, the next one undoes it`, async () => {
      const { cloud, driver, stateFolder, reopen } = await newCloud();
      const survivor = await createReady(cloud, { name: "survivor" });
      const stub = sinon.stub(driver, step).callsFake(never);
      await cloud.instances.create(creation({ name: "web" }));
      await eventually(() => stub.called, `the step "${step}" has begun`);
      stub.restore();
      const next = await reopen();
      assert.deepEqual(
        (await next.instances.list({})).map(({ uid, status }) => [uid, status]),
        [[survivor.uid, "running"]],
      );
      assert.deepEqual(await driver.list(), [{ id: survivor.id, running: true }]);
      assert.deepEqual(await readdir(join(stateFolder, "instances")), [String(survivor.id)]);
      const again = await createReady(next, { name: "web" });
      assert.ok(again.id > survivor.id + 1, "an id is never used twice");
    });
  }

  it("in the middle of a destroy, the next one finishes it", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    const stub = sinon.stub(driver, "destroy").callsFake(never);
    void cloud.instances.destroy(targetOf(instance));
    await eventually(
      async () => (await readRecord(stateFolder, instance.id)).includes('"destroying"'),
      "the intent is recorded",
    );
    stub.restore();
    const next = await reopen();
    assert.deepEqual(await next.instances.list({}), []);
    assert.deepEqual(await driver.list(), []);
    assert.equal(next.info().addressPool.free, next.info().addressPool.size);
  });

  it("what others made is left alone, and its id not given out", async () => {
    const { cloud, driver, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await driver.create({
      ...{ id: 900, uid: "0".repeat(32), name: "foreign", image: "micro", hostname: "foreign" },
      ...{ ipAddress: "198.18.0.9", nameservers: [], type: { name: "basic" }, files: [] },
    });
    const next = await reopen();
    assert.deepEqual(
      (await next.instances.list({})).map(({ id }) => id),
      [instance.id],
    );
    assert.equal((await createReady(next)).id, 901);
    assert.ok((await driver.list()).some(({ id }) => id === 900));
  });

  it("names, tokens and keys are known again", async () => {
    const { cloud, reopen } = await newCloud();
    const instance = await createReady(cloud, { name: "web", clientToken: "token-0001" });
    const next = await reopen();
    assert.equal((await next.instances.create(creation({ clientToken: "token-0001" }))).uid, instance.uid);
    await assertMccError(next.instances.create(creation({ name: "web" })), "conflict", /"web" is taken/);
    const { ready } = await next.instances.wait({ ...targetOf(instance), timeoutSeconds: 1 });
    assert.equal(ready, true);
  });

  it("a record that someone changed by hand so that it cannot be read is named", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    const instance = await createReady(cloud);
    await writeFile(recordPath(stateFolder, instance.id), "{");
    await assertMccError(reopen(), "invalid", /instances\/500\/instance\.json is not JSON/);
  });

  it("a folder that never got its record is no instance", async () => {
    const { stateFolder, reopen } = await newCloud();
    await mkdir(join(stateFolder, "instances", "777"));
    const next = await reopen();
    assert.deepEqual(await next.instances.list({}), []);
    assert.deepEqual(await readdir(join(stateFolder, "instances")), []);
  });
});

function recordPath(stateFolder: string, id: number): string {
  return join(stateFolder, "instances", String(id), "instance.json");
}

async function readRecord(stateFolder: string, id: number): Promise<string> {
  return await readFile(recordPath(stateFolder, id), "utf8");
}
