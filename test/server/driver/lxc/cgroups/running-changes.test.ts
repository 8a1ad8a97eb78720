import assert from "node:assert/strict";
import fs from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { Cgroups } from "../../../../../server/driver/lxc/cgroups/cgroups";
import { RunningChanges } from "../../../../../server/driver/lxc/cgroups/running-changes";
import { Place } from "../../../../../server/driver/lxc/place";
import { defaultTimes } from "../../../../../server/driver/lxc/times";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the changes of running containers", () => {
  const newFolder = temporaryFolders();
  let place: Place;
  let cgroups: Cgroups;
  let changes: RunningChanges;

  beforeEach(async () => {
    const unified = await newFolder();
    place = new Place(unified, "0123456789ab");
    cgroups = new Cgroups({ unified, unifiedControllers: [], old: [] });
    changes = newChanges(3_600_000);
  });
  afterEach(() => sinon.restore());

  const newChanges = (checkAllEveryMs: number): RunningChanges =>
    new RunningChanges({ place, cgroups, times: { ...defaultTimes, checkAllEveryMs } });
  const payload = (id: number): string => cgroups.payload(place.container(id).name);
  const run = (...ids: number[]): Promise<unknown> => Promise.all(ids.map((id) => mkdir(payload(id))));
  const end = (...ids: number[]): Promise<unknown> =>
    Promise.all(ids.map((id) => rm(payload(id), { recursive: true })));
  const check = async (all = false) => {
    const { running, ended } = await changes.check(all);
    return { running: [...running], ended: [...ended] };
  };

  it("are found among all at the first check, and then among those with events", async () => {
    await run(500, 501);
    assert.deepEqual(await check(), { running: [500, 501], ended: [] });
    await end(500, 501);
    changes.note(501);
    assert.deepEqual(await check(), { running: [], ended: [501] });
    assert.deepEqual([...changes.known], [500], "without an event, it is not looked at");
    assert.deepEqual(await check(true), { running: [], ended: [500] });
    assert.deepEqual(await check(true), { running: [], ended: [] });
  });

  it("have the end of one that started and ended between two checks", async () => {
    await check();
    changes.started(500);
    assert.deepEqual(await check(), { running: [], ended: [500] });
    await run(500);
    changes.started(500);
    assert.deepEqual(await check(), { running: [500], ended: [] });
    await end(500);
    await run(500);
    changes.started(500);
    assert.deepEqual(await check(), { running: [500], ended: [] });
  });

  it("are found among all if events were lost, and if many have events", async () => {
    const many = Array.from({ length: 50 }, (_, index) => 500 + index);
    await check();
    await run(...many);
    changes.noteAll();
    assert.equal((await check()).running.length, 50);
    await end(...many);
    many.slice(0, 49).forEach((id) => changes.note(id));
    assert.equal((await check()).ended.length, 50);
  });

  it("are found among all now and then, because the kernel may have dropped events", async () => {
    changes = newChanges(0);
    await run(500, 501);
    await check();
    await end(500);
    changes.note(501);
    assert.deepEqual(await check(), { running: [501], ended: [500] });
  });

  it("have one whose processes ended while its monitor runs, but not one of which only a cgroup is left", async () => {
    await check();
    for (const [id, populated] of [
      [500, 1],
      [501, 0],
    ] as const) {
      const monitor = cgroups.monitor(place.container(id).name);
      await mkdir(monitor);
      await writeFile(join(monitor, "cgroup.events"), `populated ${populated}\n`);
      changes.started(id);
    }
    assert.deepEqual(await check(), { running: [500], ended: [501] });
  });

  it("are found among all after a check that failed, also the end of one that had an event before", async () => {
    await run(500, 501);
    await check();
    await end(500);
    changes.note(500);
    changes.started(502);
    const failure = Object.assign(new Error("too many open files"), { code: "EMFILE" });
    const refused = sinon.stub(fs, "readFileSync").throws(failure);
    await assert.rejects(changes.check(false), failure);
    refused.restore();
    assert.deepEqual(await check(), { running: [501], ended: [500, 502] });
  });
});
