import assert from "node:assert/strict";
import { startLeasedFleet } from "../../testing/leased-fleet";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

/** Short, and renewed often enough for a machine that is busy. */
const times = { seconds: 3, renewEveryMs: 200 };

describe("withFleet with real hosts", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc", words: ["--log-level", "debug"] });
    await daemon.start();
    await importMicro(daemon, await daemon.client());
  });

  it("creates them again if the daemon is killed during the create", async () => {
    const connection = { server: daemon.url, token: await daemon.token() };
    const waitFor = [{ command: ["/bin/sleep", "2"] }];
    const starting = startLeasedFleet({ ...connection, count: 1, namePrefix: "again", waitFor }, times);
    const client = await daemon.client();
    await eventually(
      async () => (await client.call("instance.list", {})).some(({ waitingFor }) => waitingFor !== undefined),
      "the host is being created",
    );
    await daemon.kill();
    await daemon.start();
    const fleet = await starting;
    try {
      const [host] = fleet.hosts;
      assert.ok(host !== undefined);
      assert.equal((await fleet.exec(host, ["hostname"])).stdout, "again-1\n");
    } finally {
      await fleet.destroy();
    }
  });

  it("keeps them while the daemon is killed and started again, and for longer than a lease lives", async () => {
    const connection = { server: daemon.url, token: await daemon.token() };
    const fleet = await startLeasedFleet({ ...connection, count: 2, namePrefix: "web" }, times);
    try {
      const [first, second] = fleet.hosts;
      assert.ok(first !== undefined && second !== undefined);
      await daemon.kill();
      const before = renewals(daemon);
      await daemon.start();
      // There are pauses between them, which together are longer than the lease.
      const enough = before + 2 + (times.seconds * 1000) / times.renewEveryMs;
      await eventually(() => renewals(daemon) >= enough, "it was renewed for longer than it lives");
      assert.equal((await fleet.exec(first, ["hostname"])).stdout, "web-1\n");
      await fleet.kill(second);
      await assert.rejects(fleet.exec(second, ["true"]), /is stopped/);
    } finally {
      await fleet.destroy();
    }
    const client = await daemon.client();
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("fleet.list", {}), []);
  });
});

/** How many renewals the daemon has logged. */
function renewals({ log }: TestDaemon): number {
  return (log.match(/"method":"lease\.renew".*"outcome":"ok"/g) ?? []).length;
}
