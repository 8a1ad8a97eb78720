import assert from "node:assert/strict";
import { closedGroup } from "../../../../../../server/driver/lxc/network/isolation/cable-names";
import { hostRules, isolationRules } from "../../../../../../server/driver/lxc/network/isolation/rules";
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

describe("the rules that separate groups", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("let members of a group reach each other, and nobody reach a member of the closed one", () => {
    const rules = isolationRules(place, [1, closedGroup], "");
    assert.match(rules, /"mcv0123a00\*" : 1296236545/);
    assert.match(rules, /1296236545 \. "mcv0123a00\*"/);
    assert.match(rules, /"mcv0123zzz\*" : \d+/, "its members may use their own addresses");
    assert.doesNotMatch(rules, /\d \. "mcv0123zzz/);
    assert.match(rules, /oifname "mcv0123\*" meta mark & 0xffff0000 == 1296236544 drop/);
  });
});
