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
  "if nothing changed": {},
  "if the keys have another order": { keys: ["you", "me"] },
  "if only the settings for updates changed": {
    waitFor: ["running"],
    maxUnavailable: 1,
    keepOnFailure: true,
  },
  "if addresses are omitted": { addresses: undefined },
  "if the serialised provider changed": { __provider: "another text" },
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

describe("the diff of a Fleet", () => {
  for (const [what, changes] of Object.entries(unchanged)) {
    it(`finds no change ${what}`, async () => {
      const { changes: changed, replaces } = await fleet.diff("web", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [false, []]);
    });
  }

  for (const [what, changes] of Object.entries(inPlace)) {
    it(`reports a change of ${what} in place`, async () => {
      const { changes: changed, replaces } = await fleet.diff("web", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [true, []]);
    });
  }

  it("reports a change if addresses have another order", async () => {
    const addresses = ["198.18.0.2", "198.18.0.3"];
    const news = { ...same, addresses: addresses.toReversed() };
    assert.equal((await fleet.diff("web", { ...olds, addresses }, news)).changes, true);
  });

  it("reports a replacement for another prefix, with the deletion first", async () => {
    assert.deepEqual(await fleet.diff("web", olds, { ...same, namePrefix: "www" }), {
      changes: true,
      replaces: ["namePrefix"],
      deleteBeforeReplace: true,
    });
  });

  it("reports a change if members have failed", async () => {
    const { changes, replaces } = await fleet.diff(
      "web",
      { ...olds, unhealthy: 1, status: "degraded" },
      same,
    );
    assert.deepEqual([changes, replaces], [true, []]);
  });
});
