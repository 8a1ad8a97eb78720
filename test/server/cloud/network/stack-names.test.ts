import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { defaultTimes, StackNames } from "../../../../server/cloud/network/stack-names";
import { eventually } from "../../../support/time/eventually";

const host = (id: number, name = `web-${id}`) => ({
  id,
  ipAddress: `198.18.0.${id}`,
  hostname: name,
  name,
});
const times = { ...defaultTimes, afterSetMs: 1, afterDeleteMs: 5, afterFailureMs: 20 };

describe("the names of a stack", () => {
  const writes: { readonly id: number; readonly lines: readonly string[] }[] = [];
  let names: StackNames;

  beforeEach(() => {
    writes.length = 0;
    names = new StackNames((id, lines) => {
      writes.push({ id, lines });
      return Promise.resolve(true);
    }, times);
  });
  afterEach(() => names.close());

  it("are written once for each container, however many change at a time", async () => {
    for (let id = 1; id <= 200; id += 1) {
      names.set(host(id));
    }
    names.allMade();
    await names.settled();
    assert.equal(writes.length, 200);
    assert.ok(writes.every(({ lines }) => lines.length === 200));
    for (let id = 1; id <= 200; id += 1) {
      names.set(host(id, `db-${id}`));
    }
    await names.settled();
    assert.equal(writes.length, 400);
  });

  it("are not written into a container that was created with them, or does not exist", async () => {
    names.set(host(1));
    names.set(host(2));
    assert.deepEqual(names.linesFor(1), ["198.18.0.1 web-1", "198.18.0.2 web-2"]);
    names.made(1);
    await names.settled();
    await pause(5);
    assert.deepEqual(writes, []);
  });

  it("are written into a container if they changed while it was created", async () => {
    names.set(host(1));
    names.linesFor(1);
    names.set(host(2));
    names.made(1);
    await names.settled();
    assert.deepEqual(writes, [{ id: 1, lines: ["198.18.0.1 web-1", "198.18.0.2 web-2"] }]);
  });

  it("are written without a rest unless another container is being made", async () => {
    const hour = 3_600_000;
    const slow = new StackNames(
      async (id, lines) => {
        writes.push({ id, lines });
        await pause(2);
        return true;
      },
      { ...times, restFactor: hour, longestRestMs: hour },
    );
    for (let id = 1; id <= 3; id += 1) {
      slow.set(host(id));
      slow.linesFor(id);
      slow.made(id);
      await slow.settled();
    }
    assert.deepEqual(
      writes.map(({ id, lines }) => [id, lines.length]),
      [
        [1, 2],
        [1, 3],
        [2, 3],
      ],
    );
    slow.set(host(4));
    await eventually(() => writes.length === 6, "the fourth name was written");
    slow.set(host(5));
    await pause(20);
    assert.equal(writes.length, 6);
    await slow.close();
  });

  it("are not written again when nothing changes", async () => {
    names.set(host(1));
    names.made(1);
    await names.settled();
    names.set(host(1));
    names.delete(2);
    await names.settled();
    await pause(10);
    assert.equal(writes.length, 1);
  });

  it("that change during a write are in the next one, for which a later caller waits", async () => {
    let release = (): void => undefined;
    const slow = new StackNames(async (id, lines) => {
      writes.push({ id, lines });
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return true;
    }, times);
    slow.set(host(1));
    slow.made(1);
    const first = slow.settled();
    while (writes.length === 0) {
      await pause(1);
    }
    slow.set(host(2));
    let done = false;
    const second = slow.settled().then(() => {
      done = true;
    });
    release();
    await first;
    assert.equal(done, false);
    while (writes.length === 1) {
      await pause(1);
    }
    release();
    await second;
    assert.deepEqual(writes.at(-1)?.lines, ["198.18.0.1 web-1", "198.18.0.2 web-2"]);
    await slow.close();
  });

  it("reach a container whose write failed later, and nobody waits for that", async () => {
    const tries: number[] = [];
    const failing = new StackNames((id) => Promise.resolve(tries.push(id) > 2), times);
    failing.set(host(1));
    failing.made(1);
    await failing.settled();
    assert.equal(tries.length, 1);
    await failing.settled();
    assert.equal(tries.length, 1, "no caller waits for the next try");
    await eventually(() => tries.length === 3, "it is written");
    await pause(20);
    assert.equal(tries.length, 3);
    await failing.close();
  });

  it("of a container whose write failed hold up no write to another", async () => {
    const written: number[] = [];
    const failing = new StackNames((id) => Promise.resolve(written.push(id) > 0 && id !== 1), {
      ...times,
      afterFailureMs: 60_000,
    });
    failing.set(host(1));
    failing.set(host(2));
    failing.allMade();
    await failing.settled();
    failing.set(host(3));
    await failing.settled();
    assert.deepEqual(written, [1, 2, 2]);
    await failing.close();
  });

  it("are written again after a failure also if others change in between", async () => {
    const tries: number[] = [];
    const failing = new StackNames((id) => Promise.resolve(id !== 1 || tries.push(id) > 1), {
      ...times,
      afterFailureMs: 100,
    });
    failing.set(host(1));
    failing.set(host(2));
    failing.allMade();
    await failing.settled();
    failing.set(host(3));
    await failing.settled();
    await eventually(() => tries.length === 2, "it is written");
    await failing.close();
  });

  it("are written again after a failure also if the pause ends during a write to others", async () => {
    const tries: number[] = [];
    const failing = new StackNames(
      async (id) => {
        if (id === 1) {
          return tries.push(id) > 1;
        }
        await pause(40);
        return true;
      },
      { ...times, afterFailureMs: 20 },
    );
    failing.set(host(1));
    failing.set(host(2));
    failing.allMade();
    await failing.settled();
    assert.equal(tries.length, 1);
    await eventually(() => tries.length === 2, "it is written");
    await failing.close();
  });

  it("are not written after the end, which no caller outlasts", async () => {
    names.set(host(1));
    names.made(1);
    const settled = names.settled();
    await names.close();
    await settled;
    await names.settled();
    assert.deepEqual(writes, []);
  });

  it("are written at once when a claim waits for them", async () => {
    const patient = new StackNames(
      (id, lines) => {
        writes.push({ id, lines });
        return Promise.resolve(true);
      },
      { ...times, afterSetMs: 60_000 },
    );
    patient.set(host(1));
    patient.set(host(2));
    patient.allMade();
    await patient.settled(true);
    assert.deepEqual(writes.map(({ id }) => id).sort(), [1, 2]);
    await patient.close();
  });

  describe("that a driver adds quickly", () => {
    const additions: { readonly ids: readonly number[]; readonly lines: readonly string[] }[] = [];
    /** Containers to which nothing can be added. */
    const stubborn = new Set<number>();
    let quick: StackNames;

    beforeEach(() => {
      additions.length = 0;
      stubborn.clear();
      quick = new StackNames(
        (id, lines) => {
          writes.push({ id, lines });
          return Promise.resolve(true);
        },
        times,
        (ids, lines) => {
          additions.push({ ids, lines });
          return Promise.resolve(new Set(ids.filter((id) => !stubborn.has(id))));
        },
      );
    });
    afterEach(() => quick.close());

    function create(id: number): void {
      quick.set(host(id));
      quick.linesFor(id);
      quick.made(id);
    }

    it("are added to the files of the others, and no file is written", async () => {
      create(1);
      create(2);
      await quick.settled();
      create(3);
      await quick.settled();
      assert.deepEqual(writes, []);
      assert.deepEqual(additions.flatMap(({ ids, lines }) => ids.map((id) => [id, ...lines])).sort(), [
        [1, "198.18.0.2 web-2"],
        [1, "198.18.0.3 web-3"],
        [2, "198.18.0.3 web-3"],
      ]);
    });

    it("are added at once while the only new container starts", async () => {
      const hour = 3_600_000;
      const patient = new StackNames(
        () => Promise.resolve(true),
        { ...times, afterSetMs: hour },
        (ids, lines) => {
          additions.push({ ids, lines });
          return Promise.resolve(new Set(ids));
        },
      );
      patient.set(host(1));
      patient.linesFor(1);
      patient.made(1);
      patient.set(host(2));
      patient.linesFor(2);
      patient.starting();
      await eventually(
        () => additions.length === 1,
        "the second name was added before its container was made",
      );
      assert.deepEqual(additions, [{ ids: [1], lines: ["198.18.0.2 web-2"] }]);
      await patient.close();
    });

    it("are written where they cannot be added", async () => {
      create(1);
      create(2);
      await quick.settled();
      stubborn.add(2);
      create(3);
      await quick.settled();
      assert.deepEqual(writes, [
        { id: 2, lines: ["198.18.0.1 web-1", "198.18.0.2 web-2", "198.18.0.3 web-3"] },
      ]);
    });

    it("are written if an earlier name changed or is gone, and into files that are not known", async () => {
      create(1);
      create(2);
      await quick.settled();
      additions.length = 0;
      quick.set(host(1, "db"));
      create(3);
      await quick.settled();
      assert.deepEqual(writes.map(({ id }) => id).sort(), [1, 2]);
      quick.delete(1);
      create(4);
      await quick.settled();
      assert.deepEqual(writes.map(({ id }) => id).sort(), [1, 2, 2, 3]);
      assert.deepEqual(writes.at(-1)?.lines.length, 3);
      quick.set(host(5));
      quick.made(5);
      await quick.settled();
      assert.equal(writes.at(-1)?.id, 5);
      assert.deepEqual(
        additions.map(({ ids, lines }) => [ids, lines]),
        [[[2, 3, 4], ["198.18.0.5 web-5"]]],
      );
    });

    it("are not written again because of names that come during an addition", async () => {
      create(1);
      let release = (): void => undefined;
      const slow = new StackNames(
        (id, lines) => {
          writes.push({ id, lines });
          return Promise.resolve(true);
        },
        times,
        async (ids, lines) => {
          additions.push({ ids, lines });
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return new Set(ids);
        },
      );
      slow.set(host(1));
      slow.linesFor(1);
      slow.made(1);
      slow.set(host(2));
      await eventually(() => additions.length === 1, "the second name is being added");
      slow.set(host(3));
      release();
      await eventually(() => additions.length === 2, "the third name is being added");
      release();
      await slow.settled();
      assert.deepEqual(writes, []);
      assert.deepEqual(additions[1]?.lines, ["198.18.0.3 web-3"]);
      await slow.close();
    });
  });
});
