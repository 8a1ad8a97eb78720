import assert from "node:assert/strict";
import type { ErrorCode } from "../../../../protocol/error";
import { AddressPool } from "../../../../server/cloud/reservations/address-pool";

const newPool = () => new AddressPool({ first: "198.18.0.254", last: "198.18.1.1" });

/** Asserts that the work fails with this code and a matching message. */
function assertRefused(work: () => unknown, code: ErrorCode, message: RegExp): void {
  assert.throws(work, { name: "MccError", code, message });
}

describe("a pool of addresses", () => {
  it("gives out each address of its range once, across the end of an octet", () => {
    const pool = newPool();
    assert.equal(pool.size, 4);
    const taken = [1, 2, 3, 4].map(() => pool.takeAny());
    assert.deepEqual(taken, ["198.18.0.254", "198.18.0.255", "198.18.1.0", "198.18.1.1"]);
    assertRefused(
      () => pool.takeAny(),
      "exhausted",
      /^All 4 addresses of 198\.18\.0\.254-198\.18\.1\.1 are taken/,
    );
  });

  it("continues after the last address of earlier daemons, or far from the used ones if that is unknown", () => {
    const [told, untold, full] = [newPool(), newPool(), newPool()];
    told.resume(6);
    assert.equal(told.takeAny(), "198.18.1.0");
    untold.keep("198.18.0.255");
    untold.resume(undefined);
    assert.equal(untold.takeAny(), "198.18.1.1");
    [1, 2, 3].forEach(() => full.takeAny());
    full.resume(undefined);
    assert.equal(full.takeAny(), "198.18.1.1");
  });

  it("gives out a returned address as late as possible", () => {
    const pool = newPool();
    pool.give(pool.takeAny());
    assert.deepEqual(
      [1, 2, 3, 4].map(() => pool.takeAny()),
      ["198.18.0.255", "198.18.1.0", "198.18.1.1", "198.18.0.254"],
    );
  });

  it("refuses an address that is outside its range or in use by an instance or a foreign container", () => {
    const pool = newPool();
    pool.take("198.18.1.0");
    pool.setForeign(["198.18.1.1", "10.0.0.1", "fd00::1", "no address"]);
    assertRefused(
      () => pool.take("198.18.1.2"),
      "invalid",
      /^The address 198\.18\.1\.2 is not in this server's range/,
    );
    assertRefused(() => pool.take("198.18.0.253"), "invalid", /not in this server's range/);
    assertRefused(() => pool.take("198.18.1.0"), "conflict", /^The address 198\.18\.1\.0 is taken;/);
    assertRefused(() => pool.take("198.18.1.1"), "conflict", /belongs to a container on this host/);
    assert.deepEqual(
      ["198.18.0.253", "198.18.0.254", "198.18.1.0", "198.18.1.1"].map((address) => pool.isFree(address)),
      [false, true, false, false],
    );
    assert.equal(pool.free, 2);
  });

  it("gives out an address that a foreign container has released", () => {
    const pool = newPool();
    pool.setForeign(["198.18.0.254", "198.18.0.255", "198.18.1.0", "198.18.1.1"]);
    assertRefused(() => pool.takeAny(), "exhausted", /are taken/);
    pool.setForeign(["198.18.0.254"]);
    assert.equal(pool.takeAny(), "198.18.0.255");
  });

  it("adopts the address of a foreign container, also outside its range, but not that of an instance", () => {
    const pool = newPool();
    pool.setForeign(["198.18.1.0"]);
    pool.adopt("198.18.1.0");
    pool.adopt("10.0.0.1");
    pool.setForeign([]);
    assertRefused(() => pool.take("198.18.1.0"), "conflict", /is taken;/);
    assertRefused(() => pool.adopt("198.18.1.0"), "conflict", /taken by an instance already/);
    pool.give("10.0.0.1");
    assert.equal(pool.free, 3);
  });

  it("takes addresses back that are lent, when no other is free or when one of them is asked for", () => {
    const pool = newPool();
    const lent = new Set([pool.takeUnused() ?? "", pool.takeUnused() ?? ""]);
    pool.lender = {
      addresses: lent,
      recall: (wanted) => {
        const [any] = lent;
        const address = wanted ?? any;
        lent.delete(address ?? "");
        return address;
      },
    };
    assert.deepEqual([pool.free, pool.unused, pool.isFree("198.18.0.254")], [4, 2, true]);
    pool.take("198.18.0.255");
    assert.deepEqual([pool.free, pool.unused, pool.isLent("198.18.0.255")], [3, 2, false]);
    assertRefused(() => pool.take("198.18.0.255"), "conflict", /is taken/);
    assert.deepEqual(
      [1, 2, 3].map(() => pool.takeAny()),
      ["198.18.1.0", "198.18.1.1", "198.18.0.254"],
    );
    assert.equal(pool.takeUnused(), undefined);
    assertRefused(() => pool.takeAny(), "exhausted", /All 4 addresses/);
  });
});
