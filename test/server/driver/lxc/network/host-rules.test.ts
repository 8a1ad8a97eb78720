import assert from "node:assert/strict";
import { hasChain, othersChains } from "../../../../../server/driver/lxc/network/host-rules";

const chains = [
  { family: "ip", table: "minicloud-1", name: "postrouting", type: "nat", hook: "postrouting" },
  { family: "ip", table: "nat", name: "POSTROUTING", type: "nat", hook: "postrouting", policy: "accept" },
  { family: "inet", table: "filter", name: "forward", type: "filter", hook: "forward", policy: "drop" },
  { family: "inet", table: "filter", name: "input", type: "filter", hook: "input", policy: "drop" },
  { family: "ip6", table: "filter", name: "forward", type: "filter", hook: "forward", policy: "drop" },
  { family: "inet", table: "filter", name: "by-jumps-only" },
];
const answer = { nftables: [{ metainfo: { version: "1.0.9" } }, ...chains.map((chain) => ({ chain }))] };
const runner = { run: () => Promise.resolve(JSON.stringify(answer)) };

describe("the firewall's rules of this host", () => {
  it("are only the chains of others for forwarded packets", async () => {
    assert.deepEqual(await othersChains({ firewallTable: "minicloud-1" }, runner), [
      { name: "ip nat POSTROUTING", purpose: "translation", policy: "accept" },
      { name: "inet filter forward", purpose: "forwarding", policy: "drop" },
    ]);
  });

  it("are searched for a chain's name in all tables", async () => {
    assert.equal(await hasChain(runner, "by-jumps-only"), true);
    assert.equal(await hasChain(runner, "by-jumps"), false);
  });
});
