const assert = require("node:assert/strict");
const { startFleet, withFleet } = require("minicloud/testing");

describe("a suite of a user", () => {
  let fleet;
  before(async () => {
    fleet = await startFleet({ count: 2, namePrefix: "suite", labels: { role: "web" } });
  });
  after(() => fleet.destroy());

  it("has hosts in all its tests", async () => {
    const [host] = fleet.hosts;
    assert.deepEqual(
      fleet.hosts.map(({ name }) => name),
      ["suite-1", "suite-2"],
    );
    assert.equal((await fleet.exec(host, ["hostname"])).stdout, "suite-1\n");
  });

  it("has some for one test", async () => {
    const name = await withFleet({ namePrefix: "single" }, ({ hosts: [host] }) => host.name);
    assert.equal(name, "single-1");
  });
});
