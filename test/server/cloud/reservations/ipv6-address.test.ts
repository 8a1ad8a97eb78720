import assert from "node:assert/strict";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { planNetwork } from "../../../../server/cloud/reservations/address-range";
import {
  ipv6AddressIn,
  keepIpv6Range,
  parseIpv6Range,
  withIpv6,
} from "../../../../server/cloud/reservations/ipv6-address";
import { assertMccError } from "../../../support/assert-error";
import { creation, testClouds } from "../../../support/daemons/test-cloud";
import { applied } from "../../../support/daemons/test-fleet";

describe("the IPv6 range of instances", () => {
  for (const [text, address, prefixLength] of [
    ["fd00:1234::/64", "fd00:1234::", 64],
    ["fd00:1234::9/64", "fd00:1234::", 64],
    ["2001:db8:1:2:3:4::/96", "2001:db8:1:2:3:4::", 96],
  ] as const) {
    it(`can be ${text}`, () => assert.deepEqual(parseIpv6Range(text), { address, prefixLength }));
  }

  for (const [text, reason] of [
    ["fd00:1234::", /not an IPv6 network/],
    ["198.18.0.0/24", /not an IPv6 network/],
    ["fd00::/97", /97 bits, and 96 are the most/],
    ["fe80::/64", /linkLocal address/],
    ["ff02::/64", /multicast address/],
    ["::/64", /unspecified address/],
    ["", /not an IPv6 network/],
  ] as const) {
    it(`cannot be "${text}"`, async () => {
      await assertMccError(
        Promise.resolve().then(() => parseIpv6Range(text)),
        "invalid",
        reason,
      );
    });
  }

  const range = { address: "fd00:1234::", prefixLength: 64 };

  it("has an address for each IPv4 address of the network, at the same position", () => {
    const network = { address: "198.18.0.0", prefixLength: 22 };
    assert.equal(ipv6AddressIn(network, range, "198.18.0.1"), "fd00:1234::1");
    assert.equal(ipv6AddressIn(network, range, "198.18.3.254"), "fd00:1234::3fe");
    assert.equal(ipv6AddressIn(network, range, "198.18.4.1"), undefined);
    assert.equal(
      ipv6AddressIn({ address: "10.0.0.0", prefixLength: 8 }, range, "10.255.255.254"),
      "fd00:1234::ff:fffe",
    );
  });

  it("contains the host's address, which is the gateway", () => {
    const plan = planNetwork({ first: "198.18.0.2", last: "198.18.0.9" }, false);
    assert.deepEqual(withIpv6(plan, range).network.ipv6, { ...range, gateway: "fd00:1234::1" });
    assert.equal(withIpv6(plan, undefined).network.ipv6, undefined);
  });

  it("stays the same as long as instances use its addresses", async () => {
    const { network } = withIpv6(planNetwork({ first: "198.18.0.2", last: "198.18.0.9" }, false), range);
    const record = { ipAddress: "198.18.0.2", ipv6Address: "fd00:1234::2" };
    keepIpv6Range(network, [record, { ipAddress: "198.18.0.3" }]);
    for (const ipv6 of [undefined, { ...range, address: "fd00:9::", gateway: "fd00:9::1" }]) {
      await assertMccError(
        Promise.resolve().then(() => keepIpv6Range({ ...network, ipv6 }, [record])),
        "conflict",
        /1 instances have IPv6 addresses .* fd00:1234::2, and .*--range6/,
      );
    }
  });

  describe("in a cloud", () => {
    const newCloud = testClouds();

    it("gives instances and members of fleets their addresses", async () => {
      const { cloud } = await newCloud({ range6: range });
      const instance = await cloud.instances.create(localAdmin, creation({ name: "web" }));
      assert.equal(instance.ipAddress, "198.18.0.2");
      assert.equal(instance.ipv6Address, "fd00:1234::2");
      await applied(cloud, { name: "workers", count: 2 });
      const { members } = await cloud.fleets.get(localAdmin, { fleet: "workers" });
      assert.deepEqual(
        members.map(({ ipAddress, ipv6Address }) => [ipAddress, ipv6Address]),
        [
          ["198.18.0.3", "fd00:1234::3"],
          ["198.18.0.4", "fd00:1234::4"],
        ],
      );
    });

    it("gives no addresses if there is no range", async () => {
      const { cloud } = await newCloud();
      assert.equal((await cloud.instances.create(localAdmin, creation())).ipv6Address, undefined);
    });
  });
});
