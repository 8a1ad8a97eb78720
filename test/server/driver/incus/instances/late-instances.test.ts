import assert from "node:assert/strict";
import { LateInstances } from "../../../../../server/driver/incus/instances/late-instances";

describe("the containers that the engine creates late", () => {
  it("are removed once each, until they are created again or ten minutes have passed", async () => {
    let now = 0;
    const removed: number[] = [];
    const late = new LateInstances(() => now);
    const appears = async (id: number): Promise<void> =>
      await late.remove(id, () => Promise.resolve(void removed.push(id)));
    late.expect(500);
    late.expect(501);
    await appears(500);
    await appears(502);
    assert.deepEqual(removed, [500]);
    await late.forget(501);
    await appears(501);
    assert.deepEqual(removed, [500]);
    now = 10 * 60_000 + 1;
    late.expect(503);
    await appears(500);
    await appears(503);
    assert.deepEqual(removed, [500, 503]);
  });

  it("are created again after the removal of the late one has ended", async () => {
    const late = new LateInstances();
    const steps: string[] = [];
    late.expect(500);
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const removal = late.remove(500, async () => {
      await ended;
      steps.push("removed");
    });
    const creation = late.forget(500).then(() => steps.push("created"));
    end();
    await Promise.all([removal, creation]);
    assert.deepEqual(steps, ["removed", "created"]);
  });
});
