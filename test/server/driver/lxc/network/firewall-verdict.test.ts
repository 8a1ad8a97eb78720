import assert from "node:assert/strict";
import { verdictOf } from "../../../../../server/driver/lxc/network/firewall-verdict";
import type { Chain, Rule } from "../../../../../server/driver/lxc/network/ruleset";

type Statement = Record<string, unknown>;

const packet = { iifname: "mcbr-1", oifname: "eth0", source: "198.18.0.0/24" };
const inTable = { family: "inet", table: "filter" };
const meta = (key: string, right: unknown, op = "=="): Statement => ({
  match: { op, left: { meta: { key } }, right },
});
const from = (right: unknown, op = "=="): Statement => ({
  match: { op, left: { payload: { protocol: "ip", field: "saddr" } }, right },
});
const port: Statement = {
  match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 22 },
};
const state = (right: unknown): Statement => ({ match: { op: "in", left: { ct: { key: "state" } }, right } });
const prefix = (addr: string, len: number): Statement => ({ prefix: { addr, len } });
const accept: Statement = { accept: null };
const drop: Statement = { drop: null };

function verdict(
  rules: readonly (readonly Statement[])[],
  policy = "drop",
  more: readonly Rule[] = [],
): string {
  const chain: Chain = { ...inTable, name: "forward", type: "filter", hook: "forward", policy };
  const other: Chain = { ...inTable, name: "other" };
  return verdictOf(
    {
      chains: [chain, other],
      rules: [...rules.map((expr) => ({ ...inTable, chain: "forward", expr: [...expr] })), ...more],
    },
    chain,
    packet,
  );
}

const other = (...rules: readonly (readonly Statement[])[]): Rule[] =>
  rules.map((expr) => ({ ...inTable, chain: "other", expr: [...expr] }));

describe("what a chain of a firewall does with the first packet from an instance", () => {
  for (const [what, rules, expected] of [
    ["the policy decides without rules", [], "drop"],
    ["its interface by name", [[meta("iifname", "mcbr-1"), accept]], "accept"],
    ["by a pattern", [[meta("iifname", "mcbr*"), { counter: null }, accept]], "accept"],
    ["in a set", [[meta("iif", { set: ["lo", "mcbr-1"] }), accept]], "accept"],
    ["another interface", [[meta("iifname", "eth1"), accept]], "drop"],
    ["any but another interface", [[meta("iifname", "eth1", "!="), accept]], "accept"],
    ["the way out", [[meta("oifname", ["eth0", "eth1"]), accept]], "accept"],
    ["its network", [[from(prefix("198.18.0.0", 15)), accept]], "accept"],
    ["a part of its network", [[from(prefix("198.18.0.0", 25)), accept]], "drop"],
    ["another network", [[from(prefix("10.0.0.0", 8)), accept]], "drop"],
    ["one address", [[from("198.18.0.9"), accept]], "drop"],
    ["a set with a name, which is not known", [[meta("iifname", "@ours"), accept]], "drop"],
    ["one port", [[port, accept]], "drop"],
    ["a dropped port", [[port, drop], [accept]], "accept"],
    ["connections that stand", [[state(["established", "related"]), accept]], "drop"],
    ["new connections", [[state(["new", "established"]), accept]], "accept"],
    ["a module of iptables", [[{ xt: null }, accept]], "drop"],
    ["a reject at the end", [[meta("iifname", "mcbr-1"), { reject: { type: "icmp" } }], [accept]], "drop"],
    ["a log before", [[{ log: { prefix: "x" } }], [accept]], "accept"],
    [
      "a verdict map",
      [
        [
          {
            vmap: {
              key: { meta: { key: "iifname" } },
              data: {
                set: [
                  ["lo", drop],
                  ["mcbr-1", accept],
                ],
              },
            },
          },
        ],
      ],
      "accept",
    ],
  ] as const) {
    it(`is right for ${what}: ${expected}`, () => assert.equal(verdict(rules), expected));
  }

  it("follows jumps, and comes back from them", () => {
    const jump: Statement = { jump: { target: "other" } };
    assert.equal(verdict([[jump]], "drop", other([meta("iifname", "mcbr-1"), accept])), "accept");
    assert.equal(verdict([[jump], [accept]], "drop", other([{ return: null }], [drop])), "accept");
    assert.equal(verdict([[jump], [accept]], "drop", other([drop])), "drop");
    assert.equal(verdict([[{ goto: { target: "other" } }], [accept]], "drop", other([port, accept])), "drop");
    assert.equal(verdict([[jump]], "accept", other([jump])), "accept", "a loop ends");
  });
});
