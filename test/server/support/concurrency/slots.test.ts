import assert from "node:assert/strict";
import { Slots } from "../../../../server/support/concurrency/slots";

const never = new AbortController().signal;

describe("slots", () => {
  it("are taken in the order of the calls", async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const [first, second] = await Promise.all([slots.take(never), slots.take(never)]);
    assert.equal(slots.isFull, true);
    const later = [3, 4].map(async (number) => {
      const release = await slots.take(never);
      order.push(number);
      return release;
    });
    assert.equal(slots.waiting, 2);
    first();
    second();
    for (const release of await Promise.all(later)) {
      release();
    }
    assert.deepEqual(order, [3, 4]);
    assert.equal(slots.isUnused, true);
  });

  it("are not awaited after the signal is aborted", async () => {
    const slots = new Slots(1);
    const release = await slots.take(never);
    const controller = new AbortController();
    const waiting = slots.take(controller.signal);
    const next = slots.take(never);
    controller.abort(new Error("gone"));
    await assert.rejects(waiting, /gone/);
    assert.equal(slots.waiting, 1);
    release();
    (await next)();
    assert.equal(slots.isUnused, true);
    await assert.rejects(slots.take(controller.signal), /gone/);
    assert.equal(slots.isUnused, true);
  });
});
