import assert from "node:assert/strict";
import { hostRules } from "../../../../../../server/driver/lxc/network/isolation/rules";
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
