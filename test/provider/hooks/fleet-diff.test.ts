import assert from "node:assert/strict";
import { fleet } from "../../../provider/hooks";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Fleet::web";
const same = {
  count: 2,
  namePrefix: "web",
  image: "micro",
  type: "basic",
  keys: ["me", "you"],
  labels: { a: "1" },
  waitFor: ["ssh"],
  ownerUrn,
  clientToken: "0".repeat(32),
};
const olds = {
  ...same,
  uid: "a".repeat(32),
  serverId: "b".repeat(32),
  status: "ready",
  unhealthy: 0,
  simulated: false,
  instances: [],
  ipAddresses: ["198.18.0.2", "198.18.0.3"],
  sshConfig: "",
  inventory: "",
};

const unchanged: Record<string, Record<string, unknown>> = {
  "of what is the same": {},
  "of keys in another order": { keys: ["you", "me"] },
  "of how changes are made": { waitFor: ["running"], maxUnavailable: 1, keepOnFailure: true },
  "of addresses that are left out": { addresses: undefined },
  "of the serialised shell": { __provider: "another text" },
};
const inPlace: Record<string, Record<string, unknown>> = {
  count: { count: 3 },
  image: { image: "debian-12" },
  type: { type: "light" },
  keys: { keys: [] },
  labels: { labels: {} },
  userData: { userData: "true" },
  ttl: { ttl: 60 },
  timeouts: { timeouts: { create: 60 } },
  addresses: { addresses: ["198.18.0.3", "198.18.0.2"] },
  "the resource's own name": { ownerUrn: ownerUrn.replace(/web$/, "www") },
};

describe("diff of a Fleet", () => {
  for (const [what, changes] of Object.entries(unchanged)) {
    it(`sees no change ${what}`, async () => {
      const { changes: changed, replaces } = await fleet.diff("web", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [false, []]);
    });
  }

  for (const [what, changes] of Object.entries(inPlace)) {
    it(`changes ${what} in place`, async () => {
      const { changes: changed, replaces } = await fleet.diff("web", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [true, []]);
    });
  }

  it("changes addresses that come in another order", async () => {
    const addresses = ["198.18.0.2", "198.18.0.3"];
    const news = { ...same, addresses: addresses.toReversed() };
    assert.equal((await fleet.diff("web", { ...olds, addresses }, news)).changes, true);
  });

  it("replaces for another prefix, and deletes first", async () => {
    assert.deepEqual(await fleet.diff("web", olds, { ...same, namePrefix: "www" }), {
      changes: true,
      replaces: ["namePrefix"],
      deleteBeforeReplace: true,
    });
  });

  it("changes a fleet of which members died", async () => {
    const { changes, replaces } = await fleet.diff(
      "web",
      { ...olds, unhealthy: 1, status: "degraded" },
      same,
    );
    assert.deepEqual([changes, replaces], [true, []]);
  });
});
