import assert from "node:assert/strict";
import { Turns } from "../../../../server/support/time/turns";

describe("the turns of a container", () => {
  it("run one after another in the order of the calls, also after a failed one; those of others do not wait", async () => {
    const turns = new Turns();
    const events: string[] = [];
    let endFirst = (): void => undefined;
    const first = turns.take(500, async () => {
      events.push("500 begins");
      await new Promise<void>((resolve) => {
        endFirst = resolve;
      });
      events.push("500 ends");
      throw new Error("failed");
    });
    const second = turns.take(500, () => Promise.resolve(events.push("500 again")));
    await turns.take(501, () => Promise.resolve(events.push("501")));
    assert.deepEqual(events, ["500 begins", "501"]);
    endFirst();
    await assert.rejects(first, /^Error: failed$/);
    assert.equal(await second, 4);
    assert.deepEqual(events, ["500 begins", "501", "500 ends", "500 again"]);
  });
});
