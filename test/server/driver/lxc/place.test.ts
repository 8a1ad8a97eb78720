import assert from "node:assert/strict";
import { Place } from "../../../../server/driver/lxc/place";

describe("the names of what a driver has on a host", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("tell its daemon from others", () => {
    const { name, veth, lock } = place.container(500);
    assert.deepEqual([name, veth], ["mc-012345-500", "mcv0123500"]);
    assert.equal(lock, "/run/lxc/lock/var/lib/minicloud/lxc/containers/.mc-012345-500");
    assert.deepEqual([place.bridge, place.firewallTable], ["mcbr-012345", "minicloud-012345"]);
    assert.equal(place.bridgeHardwareAddress, "02:01:23:45:67:89");
  });

  it("are no longer than the kernel takes: 15 characters for interfaces", () => {
    assert.ok(place.container(99_999_999).veth.length <= 15);
    assert.ok(place.bridge.length <= 15);
  });

  it("give back the id, and nothing for another's names", () => {
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
