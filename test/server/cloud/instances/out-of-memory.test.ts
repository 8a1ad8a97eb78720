import assert from "node:assert/strict";
import sinon from "sinon";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { createReady, targetOf, testClouds } from "../../../support/daemons/test-cloud";

const words =
  'It ran out of memory: the kernel killed 2 of its processes; use a larger type than "basic", or less memory.';
const exec = { command: ["true"], stdin: "", timeoutSeconds: 1, maxOutputBytes: 1000 };

describe("an instance that runs out of memory", () => {
  const newCloud = testClouds();

  it("says so after a command, until it has another type or is started again", async () => {
    const { cloud, driver } = await newCloud();
    const { id, ...made } = await createReady(cloud);
    const target = targetOf({ id, ...made });
    const failure = async (): Promise<string | undefined> =>
      (await cloud.instances.get(localAdmin, target)).failure;
    const kills = sinon.stub(driver, "memoryKills").resolves(0);
    assert.deepEqual((await cloud.instances.exec(localAdmin, { ...target, ...exec })).outOfMemory, undefined);
    assert.equal(await failure(), undefined);
    kills.onThirdCall().resolves(0);
    kills.resolves(2);
    assert.equal((await cloud.instances.exec(localAdmin, { ...target, ...exec })).outOfMemory, true);
    assert.equal(await failure(), words);
    assert.equal((await cloud.instances.exec(localAdmin, { ...target, ...exec })).outOfMemory, undefined);
    await cloud.instances.update(localAdmin, { ...target, type: "large" });
    assert.equal(await failure(), undefined);
    cloud.instances.noteOutOfMemory(id, 3);
    assert.match((await failure()) ?? "", /killed 3 of its processes; use a larger type than "large"/);
    await cloud.instances.stop(localAdmin, { ...target, graceSeconds: 0 });
    assert.equal(await failure(), undefined);
  });

  it("says so when it stopped by itself, and an unknown one is ignored", async () => {
    const { cloud, driver } = await newCloud();
    const { id, ...made } = await createReady(cloud);
    const target = targetOf({ id, ...made });
    cloud.instances.noteOutOfMemory(id, 2);
    cloud.instances.noteOutOfMemory(99, 2);
    await driver.stop(id, 0);
    const { status, failure } = await cloud.instances.get(localAdmin, target);
    assert.deepEqual([status, failure], ["stopped", words]);
    await cloud.instances.start(localAdmin, target);
    assert.equal((await cloud.instances.get(localAdmin, target)).failure, undefined);
  });

  it("does not say so after a command if it is not known what was before", async () => {
    const { cloud, driver } = await newCloud();
    const target = targetOf(await createReady(cloud));
    const kills = sinon.stub(driver, "memoryKills").resolves(2);
    kills.onFirstCall().rejects(new Error("no cgroup"));
    assert.equal((await cloud.instances.exec(localAdmin, { ...target, ...exec })).outOfMemory, undefined);
  });

  it("runs commands where its memory cannot be read", async () => {
    const { cloud, driver } = await newCloud();
    const target = targetOf(await createReady(cloud));
    sinon.stub(driver, "memoryKills").rejects(new Error("no cgroup"));
    assert.equal((await cloud.instances.exec(localAdmin, { ...target, ...exec })).exitCode, 0);
  });
});
