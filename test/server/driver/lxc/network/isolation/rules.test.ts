import assert from "node:assert/strict";
import { hostRules } from "../../../../../../server/driver/lxc/network/isolation/rules";
import { Place } from "../../../../../../server/driver/lxc/place";

describe("the rules that close the daemon's port to instances", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("are for this host", () => {
    const rules = hostRules(place, 8080, [], false);
    assert.match(rules, /hook input [^]*iifname "mcbr-012345\*" tcp dport 8080 reject/);
    assert.doesNotMatch(rules, /hook forward/);
  });

  it("mark packets for a host outside of the daemon's network, whatever its addresses are", () => {
    const rules = hostRules(place, 8080, [], true);
    assert.match(rules, /hook input [^]*iifname "mcbr-012345\*" tcp dport 8080 reject/);
    assert.match(rules, /hook forward [^]*iifname "mcbr-012345\*" tcp dport 8080 ip dscp set 42/);
  });

  it("are absent if instances may reach the port", () => {
    assert.equal(hostRules(place, undefined, [], true), "");
  });
});
