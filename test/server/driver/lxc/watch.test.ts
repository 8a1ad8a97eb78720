import assert from "node:assert/strict";
import fs, { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import sinon from "sinon";
import { Cgroups } from "../../../../server/driver/lxc/cgroups/cgroups";
import type { Engine } from "../../../../server/driver/lxc/engine";
import { Place } from "../../../../server/driver/lxc/place";
import { defaultTimes } from "../../../../server/driver/lxc/times";
import { Watch } from "../../../../server/driver/lxc/watch";
import { Turns } from "../../../../server/support/concurrency/turns";
import { captureLog } from "../../../support/captured-log";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { eventually } from "../../../support/time/eventually";

const tooManyFiles = Object.assign(new Error("too many open files"), { code: "EMFILE" });

describe("the watch of containers, with a folder in the place of the cgroups", () => {
  const newFolder = temporaryFolders();
  let place: Place;
  let cgroups: Cgroups;
  let engine: Engine;
  let watch: Watch;
  let down: number[];

  beforeEach(async () => {
    place = new Place(await newFolder(), "0123456789ab");
    cgroups = new Cgroups({ unified: await newFolder(), unifiedControllers: [], old: [] });
    engine = {
      place,
      cgroups,
      log: captureLog().log,
      times: { ...defaultTimes, sweepEveryMs: 3_600_000, checkAllEveryMs: 3_600_000 },
      groups: { cableOf: () => "cable" },
    } as unknown as Engine;
    watch = new Watch(engine, new Turns());
    down = [];
  });
  afterEach(() => {
    watch.stop();
    sinon.restore();
  });

  const payload = (id: number): string => cgroups.payload(place.container(id).name);
  const run = (id: number): void => {
    mkdirSync(place.container(id).folder, { recursive: true });
    mkdirSync(payload(id));
  };
  const end = (id: number): void => rmdirSync(payload(id));
  const start = async (): Promise<void> => {
    const read = sinon.spy(cgroups, "names");
    watch.start(
      (id) => down.push(id),
      () => undefined,
    );
    await eventually(() => read.called, "the first check");
    read.restore();
  };

  it("looks only at a container that changed, also after many claimed ones ended", async () => {
    const claimed = Array.from({ length: 40 }, (_, index) => 500 + index);
    for (const id of [400, ...claimed]) {
      run(id);
    }
    claimed.forEach((id) => writeFileSync(place.container(id).claimed, "cable"));
    await start();
    claimed.forEach(end);
    await eventually(() => down.length === claimed.length, "their ends were reported");
    const read = sinon.spy(cgroups, "names");
    end(400);
    await eventually(() => down.includes(400), "its end was reported");
    assert.equal(read.callCount, 0);
  });

  it("reports an end later if the container's log could not be read, and the other ends at once", async () => {
    [500, 501, 502].forEach(run);
    await start();
    writeFileSync(place.container(500).log, "");
    const refused = sinon.stub(fs.promises, "readFile").rejects(tooManyFiles);
    [500, 501].forEach(end);
    await eventually(() => down.length > 0, "the other end was reported");
    assert.deepEqual(down, [501]);
    refused.restore();
    end(502);
    await eventually(() => down.length === 3, "all ends were reported");
    assert.deepEqual(down.toSorted(), [500, 501, 502]);
  });

  it("reports an end that only a sweep finds, although the rest of the sweep fails", async () => {
    sinon.stub(fs, "watch").throws(tooManyFiles);
    const clock = sinon.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    [500, 501].forEach(run);
    await start();
    writeFileSync(place.container(501).claimed, "cable");
    const failed = sinon.stub(engine.groups, "cableOf").throws(tooManyFiles);
    end(500);
    clock.tick(engine.times.sweepEveryMs);
    await eventually(() => failed.called, "the sweep failed");
    await eventually(() => down.length > 0, "the end was reported");
    assert.deepEqual(down, [500]);
  });

  it("reports an end between a stop and a start", async () => {
    [500, 501].forEach(run);
    await start();
    watch.stop();
    end(500);
    await start();
    await eventually(() => down.length > 0, "the end was reported");
    assert.deepEqual(down, [500]);
  });
});
