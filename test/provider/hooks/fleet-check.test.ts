import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { fleet } from "../../../provider/hooks";
import { forgetHeldTokens } from "../../../provider/hooks/ownership/held-tokens";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Fleet::Web Server";
const identity = { ownerUrn, clientToken: "0123456789abcdef0123456789abcdef" };
const unknown = runtime.unknownValue;

describe("the check of a Fleet", () => {
  beforeEach(forgetHeldTokens);
  async function reasonsOf(args: Record<string, unknown>): Promise<string[]> {
    const { failures = [] } = await fleet.check({}, { ...args, ...identity });
    return failures.map(({ reason }) => reason);
  }

  it("inserts the defaults", async () => {
    assert.deepEqual(await fleet.check({}, { count: 3, ...identity, __provider: "text" }), {
      inputs: {
        count: 3,
        namePrefix: "web-server-012345",
        image: "micro",
        type: "basic",
        keys: [],
        labels: {},
        ...identity,
      },
      failures: [],
    });
  });

  const counts: [unknown, RegExp][] = [
    [0, /^count is 0: a fleet has at least one member$/],
    [-1, /^count is -1: a fleet has at least one member$/],
    [1.5, /^count is 1\.5: expected int$/],
    ["3", /^count is "3": expected number$/],
    [10_001, /^count is 10001: expected at most 10000$/],
    [undefined, /^count is missing/],
  ];
  for (const [count, message] of counts) {
    it(`refuses a count of ${JSON.stringify(count)}`, async () => {
      const [reason = "", ...more] = await reasonsOf({ count });
      assert.match(reason, message);
      assert.deepEqual(more, []);
    });
  }

  it("refuses a prefix that is too long for the numbers, and a wrong number of addresses", async () => {
    assert.match(
      (await reasonsOf({ count: 1, namePrefix: "x".repeat(58) }))[0] ?? "",
      /at most 57 characters/,
    );
    assert.deepEqual(await reasonsOf({ count: 2, addresses: ["198.18.0.7"] }), [
      "there are 1 addresses for 2 members; give one for each member, or none",
    ]);
  });

  it("leaves space for the number in a default prefix", async () => {
    const urn = ownerUrn.replace("Web Server", "x".repeat(80));
    const { inputs, failures } = await fleet.check({}, { count: 1, ...identity, ownerUrn: urn });
    assert.deepEqual([inputs?.namePrefix, failures], [`${"x".repeat(50)}-012345`, []]);
  });

  it("keeps the token and the prefix of a renamed fleet", async () => {
    const olds = { namePrefix: "shop", clientToken: "f".repeat(32) };
    const { inputs } = await fleet.check(olds, { count: 1, ...identity });
    assert.deepEqual([inputs?.namePrefix, inputs?.clientToken], ["shop", "f".repeat(32)]);
  });

  it("accepts unknown values", async () => {
    const args = { count: unknown, addresses: [unknown], userData: unknown, ttl: unknown, timeouts: unknown };
    assert.deepEqual(await reasonsOf({ ...args, waitFor: [{ tcp: unknown }], maxUnavailable: unknown }), []);
  });
});
