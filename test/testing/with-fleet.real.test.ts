import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { withFleet } from "../../testing/with-fleet";
import { type TestDaemon, testDaemons } from "../support/daemon";
import { importMicro } from "../support/micro-image";

describe("withFleet with real hosts", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    await importMicro(daemon, await daemon.client());
  });

  it("keeps them while the daemon is killed and started again, and for longer than a lease lives", async () => {
    const connection = { server: daemon.url, token: await daemon.token() };
    await withFleet({ ...connection, count: 2, namePrefix: "web" }, async (fleet) => {
      const [first, second] = fleet.hosts;
      assert.ok(first !== undefined && second !== undefined);
      await daemon.kill();
      await daemon.start();
      await pause(12_000);
      assert.equal((await fleet.exec(first, ["hostname"])).stdout, "web-1\n");
      await fleet.kill(second);
      await assert.rejects(fleet.exec(second, ["true"]), /is stopped/);
    });
    const client = await daemon.client();
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("fleet.list", {}), []);
  });
});
