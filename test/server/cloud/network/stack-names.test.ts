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
});
