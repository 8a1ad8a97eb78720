import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { AddressPool } from "../../../../server/cloud/reservations/address-pool";
import { planNetwork } from "../../../../server/cloud/reservations/address-range";

describe("the network of a range", () => {
  const rows = [
    ["198.18.0.2", "198.18.3.254", "198.18.0.0/22", "198.18.0.1", "198.18.0.2"],
    ["198.18.0.10", "198.18.0.20", "198.18.0.0/27", "198.18.0.1", "198.18.0.10"],
    ["198.18.0.1", "198.18.0.100", "198.18.0.0/25", "198.18.0.126", "198.18.0.1"],
    ["198.18.0.1", "198.18.0.254", "198.18.0.0/24", "198.18.0.1", "198.18.0.2"],
    ["198.18.0.255", "198.18.1.0", "198.18.0.0/23", "198.18.0.1", "198.18.0.255"],
    ["198.18.0.2", "198.18.0.3", "198.18.0.0/29", "198.18.0.1", "198.18.0.2"],
    ["198.18.0.0", "198.18.0.50", "198.18.0.0/26", "198.18.0.62", "198.18.0.1"],
    ["198.18.0.5", "198.18.0.5", "198.18.0.4/30", "198.18.0.6", "198.18.0.5"],
  ] as const;
  for (const [first, last, network, gateway, usableFirst] of rows) {
    it(`is ${network} with the gateway ${gateway} for ${first}-${last}`, () => {
      const plan = planNetwork({ first, last }, false);
      assert.equal(`${plan.network.address}/${plan.network.prefixLength}`, network);
      assert.equal(plan.network.gateway, gateway);
      assert.deepEqual(plan.range, { first: usableFirst, last });
    });
  }
});

it("a range of unusable addresses is refused", () => {
  assert.throws(
    () => planNetwork({ first: "198.18.0.0", last: "198.18.0.0" }, false),
    (error) => MccError.hasCode(error, "invalid"),
  );
});

describe("an address pool", () => {
  it("gives out a returned address as late as possible", () => {
    const pool = new AddressPool({ first: "198.18.0.2", last: "198.18.0.4" });
    assert.equal(pool.takeAny(), "198.18.0.2");
    pool.give("198.18.0.2");
    assert.deepEqual(
      [pool.takeAny(), pool.takeAny(), pool.takeAny()],
      ["198.18.0.3", "198.18.0.4", "198.18.0.2"],
    );
    assert.equal(pool.free, 0);
    assert.throws(
      () => pool.takeAny(),
      (error) => MccError.hasCode(error, "exhausted"),
    );
  });
});
