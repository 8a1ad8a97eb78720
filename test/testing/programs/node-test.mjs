import assert from "node:assert/strict";
import { test } from "node:test";
import { withFleet } from "minicloud/testing";

test("a host that goes down and comes back", async () => {
  await withFleet({}, async (fleet) => {
    const [host] = fleet.hosts;
    await fleet.kill(host);
    await assert.rejects(fleet.exec(host, ["true"]), /is stopped/);
    await fleet.start(host);
    assert.equal((await fleet.exec(host, ["true"])).exitCode, 0);
  });
});
