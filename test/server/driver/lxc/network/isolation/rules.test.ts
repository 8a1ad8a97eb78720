import assert from "node:assert/strict";
import { hostRules, isolationRules } from "../../../../../../server/driver/lxc/network/isolation/rules";
import { Place } from "../../../../../../server/driver/lxc/place";

describe("the rules that close the daemon's port to instances", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("are for this host", () => {
    const rules = hostRules(place, 8080, [], []);
    assert.match(rules, /hook input [^]*iifname "mcbr-012345\*" tcp dport 8080 reject/);
    assert.doesNotMatch(rules, /hook forward/);
  });

  it("are also for the addresses of a host outside of the daemon's network", () => {
    const rules = hostRules(place, 8080, [], ["192.0.2.7", "2001:db8::7", "198.19.254.1"]);
    assert.match(
      rules,
      /hook forward [^]*ip daddr \{ 192\.0\.2\.7, 198\.19\.254\.1 \} tcp dport 8080 reject/,
    );
  });

  it("are absent if instances may reach the port", () => {
    assert.equal(hostRules(place, undefined, [], ["192.0.2.7"]), "");
  });
});

describe("the rules that separate groups", () => {
  const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");

  it("let members of a group reach each other, and nobody reach a member of the closed one", () => {
    const rules = isolationRules(place, [1, 2], 2);
    assert.match(rules, /"mcv0123a00\*" : 1296236545/);
    assert.match(rules, /1296236545 \. "mcv0123a00\*"/);
    assert.doesNotMatch(rules, /a01/);
    assert.match(rules, /oifname "mcv0123\*" meta mark & 0xffff0000 == 1296236544 drop/);
    assert.match(isolationRules(place, [2], 2), /chain isolation/, "also if no other group exists");
  });
});
