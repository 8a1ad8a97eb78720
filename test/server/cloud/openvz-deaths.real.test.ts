import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { localAdmin } from "../../../server/cloud/access/caller";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { createReady, targetOf } from "../../support/daemons/test-cloud";
import { makeForeign, vzctl } from "../driver/openvz/fake-driver";
import { fakeClouds, type Work, wanted } from "./openvz-cloud";

const foreignFiles = ["etc/vz/conf/500.conf", "etc/vz/names/theirs", "vz/private/500", "vz/root/500"];
/** The minimum number of changes of the state folder. With fewer, the test would not count the right changes. */
const fewestChanges: Readonly<Record<Work, number>> = { create: 5, destroy: 4, "take-over": 2 };

describe("a daemon over OpenVZ that is killed between two of its own steps", function () {
  this.timeout(300_000);
  const { host, open, closeAll, dieBefore } = fakeClouds({});

  /** Kills a daemon before each of its changes in turn, and checks each time what the next daemon finds. */
  const afterEachDeath = async (work: Work, look: () => Promise<void>): Promise<void> => {
    let change = 1;
    for (; await dieBefore(work, change); change += 1) {
      await look();
      await closeAll();
    }
    assert.ok(change > fewestChanges[work], `it died ${change - 1} times`);
    await look();
  };
  const makeTheirs = (): Promise<void> =>
    makeForeign(host(), "500", "--name", "theirs", "--ipadd", "198.18.0.7");
  /** Asserts that the victim is complete or does not exist, and removes it. */
  const clearVictim = async (): Promise<void> => {
    const cloud = await open();
    const instances = await cloud.instances.list(localAdmin, {});
    assert.ok(instances.every(({ name, status }) => name === "victim" && status === "running"));
    assert.deepEqual(
      (await cloud.foreignContainers()).map(({ name }) => name),
      ["theirs"],
    );
    assert.equal((await createReady(cloud, { ...wanted, name: "other" })).status, "running");
    for (const instance of await cloud.instances.list(localAdmin, {})) {
      await cloud.instances.destroy(localAdmin, targetOf(instance));
    }
    assert.deepEqual(host().remains().sort(), foreignFiles);
    assert.deepEqual(await recordedIds(host().stateFolder), []);
    assert.deepEqual(await readdir(join(host().stateFolder, "openvz/unfinished")), []);
  };

  for (const work of ["create", "destroy"] as const) {
    it(`leaves no incomplete ${work}, and does not change foreign containers`, async () => {
      await makeTheirs();
      await afterEachDeath(work, clearVictim);
    });
  }

  it("leaves a container completely foreign or completely taken over", async () => {
    await makeTheirs();
    await vzctl(host(), "start", "500");
    await afterEachDeath("take-over", async () => {
      assert.match(await vzctl(host(), "status", "500"), /exist mounted running/);
      const cloud = await open();
      const names = (await cloud.foreignContainers()).map(({ name }) => name);
      const [instance] = await cloud.instances.list(localAdmin, {});
      if (instance === undefined) {
        assert.deepEqual(names, ["theirs"]);
        assert.doesNotMatch(host().configuration("500"), /DESCRIPTION="minicloud/);
      } else {
        assert.deepEqual([instance.name, instance.status, names], ["victim", "running", []]);
      }
    });
    assert.match(host().configuration("500"), /NAME="victim"/);
  });
});
