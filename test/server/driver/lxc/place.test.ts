import assert from "node:assert/strict";
import { Place } from "../../../../server/driver/lxc/place";

describe("the names of a driver's parts on a host", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("differ between daemons", () => {
    const { name, lock } = place.container(500);
    assert.deepEqual([name, place.vethPrefix], ["mc-012345-500", "mcv0123"]);
    assert.equal(lock, "/run/lxc/lock/var/lib/minicloud/lxc/containers/.mc-012345-500");
    assert.deepEqual([place.bridge, place.firewallTable], ["mcbr-012345", "minicloud-012345"]);
    assert.equal(place.bridgeHardwareAddress, "02:01:23:45:67:89");
  });

  it("are not longer than the kernel's limit: 15 characters for interfaces", () => {
    const { atFirst, atBridge } = place.jointOf(999);
    assert.ok([place.bridgeOf(999), atFirst, atBridge].every((link) => link.length <= 15));
  });

  it("contain the number of a bridge; others' have none", () => {
    for (const number of [1, 2, 10, 999]) {
      assert.equal(place.bridgeNumber(place.bridgeOf(number)), number);
      const { atFirst, atBridge } = place.jointOf(number);
      assert.deepEqual([place.jointNumber(atFirst), place.jointNumber(atBridge)], [number, number]);
    }
    for (const link of ["", "lo", "mcj-012346-2a", "mcj-012345-2", "mcj-012345-a", "mcj-012345-2c"]) {
      assert.equal(place.jointNumber(link), undefined, link);
    }
    for (const link of ["", "lo", "mcbr-012346", "mcbr-012345-", "mcbr-012345-1", "mcbr-0123450"]) {
      assert.equal(place.bridgeNumber(link), undefined, link);
    }
  });

  it("tell the host's ends of containers' cables from other interfaces", () => {
    assert.ok(place.isVeth("mcv0123500") && place.isVeth("mcv0123a00dw"));
    for (const link of ["mcv0123", "mcv0123x", "mcv0124500", "mcbr-012345"]) {
      assert.ok(!place.isVeth(link), link);
    }
  });

  it("contain the id of a container; others' have none", () => {
    assert.equal(place.idOf("mc-012345-500"), 500);
    for (const name of [
      "",
      "web",
      "mc-012345-",
      "mc-012345-05",
      "mc-012345-5a",
      "mc-012346-500",
      "mc-012345-500-1",
    ]) {
      assert.equal(place.idOf(name), undefined, name);
    }
  });
});
