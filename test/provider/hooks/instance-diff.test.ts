import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { instance } from "../../../provider/hooks";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web";
const olds = {
  instanceId: 500,
  uid: "a".repeat(32),
  serverId: "b".repeat(32),
  status: "running",
  name: "web",
  ipAddress: "198.18.0.7",
  hostname: "web",
  image: "micro",
  type: "basic",
  keys: ["me", "you"],
  labels: { a: "1", b: "2" },
  waitFor: "ssh",
  sshHostKey: "ssh-ed25519 AAAA",
  ownerUrn,
  clientToken: "0".repeat(32),
  simulated: false,
};
const { name, ipAddress, hostname, image, type, keys, labels, waitFor, clientToken } = olds;
const same = { name, ipAddress, hostname, image, type, keys, labels, waitFor, ownerUrn, clientToken };

const unchanged: Record<string, Record<string, unknown>> = {
  "of what is the same": {},
  "of keys in another order": { keys: ["you", "me"] },
  "of labels in another order": { labels: { b: "2", a: "1" } },
  "of what is left out": { name: undefined, ipAddress: undefined, hostname: undefined },
  "of waitFor": { waitFor: "running" },
  "of the token": { clientToken: "1".repeat(32) },
  "of the parent": { ownerUrn: ownerUrn.replace("pulumi-nodejs", "my:module:Site$pulumi-nodejs") },
  "of the organization": { organization: "acme" },
  "of what counts for a creation only": { keepOnFailure: true, adopt: 500 },
  "of the serialised shell": { __provider: "another text" },
};
const inPlace: Record<string, Record<string, unknown>> = {
  name: { name: "www" },
  type: { type: "light" },
  keys: { keys: ["me"] },
  labels: { labels: { a: "1" } },
  "keys not known yet": { keys: runtime.unknownValue },
  "one label not known yet": { labels: { a: "1", b: runtime.unknownValue } },
  ttl: { ttl: 7200 },
  timeouts: { timeouts: { delete: 60 } },
  "the resource's own name": { ownerUrn: ownerUrn.replace(/web$/, "www") },
};
const replacing: Record<string, Record<string, unknown>> = {
  image: { image: "debian-12" },
  ipAddress: { ipAddress: "198.18.0.8" },
  hostname: { hostname: "www" },
  userData: { userData: "true" },
};

describe("diff of an Instance", () => {
  for (const [what, changes] of Object.entries(unchanged)) {
    it(`sees no change ${what}`, async () => {
      const { changes: changed, replaces } = await instance.diff("500", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [false, []]);
    });
  }

  for (const [what, changes] of Object.entries(inPlace)) {
    it(`changes ${what} in place`, async () => {
      const { changes: changed, replaces } = await instance.diff("500", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [true, []]);
    });
  }

  for (const [property, changes] of Object.entries(replacing)) {
    it(`replaces for another ${property}, and deletes first`, async () => {
      assert.deepEqual(await instance.diff("500", olds, { ...same, ...changes }), {
        changes: true,
        replaces: [property],
        deleteBeforeReplace: true,
      });
    });
  }

  it("is none for a script that stays as it was recorded, nor for an empty one that is left out", async () => {
    const script = "\n    #!/bin/sh\n    true\n";
    const [recorded, same] = [
      { ...olds, userData: script },
      { ...olds, userData: script },
    ];
    assert.equal((await instance.diff("500", recorded, same)).changes, false);
    assert.equal((await instance.diff("500", { ...olds, userData: "" }, olds)).changes, false);
  });

  it("takes ttl, timeouts and userData away when they are left out", async () => {
    const before = { ...olds, ttl: 60, timeouts: { create: 60 } };
    assert.deepEqual((await instance.diff("500", before, { ...same, ttl: 60 })).replaces, []);
    assert.equal((await instance.diff("500", before, { ...same, ttl: 60 })).changes, true);
    assert.equal((await instance.diff("500", { ...olds, ttl: 60 }, same)).changes, true);
    assert.deepEqual((await instance.diff("500", { ...olds, userData: "true" }, same)).replaces, [
      "userData",
    ]);
  });

  it("sees no change in what the first release left, which knew less", async () => {
    const given = { name, image, keys, labels, ownerUrn, clientToken, organization: "acme" };
    const { inputs = {}, failures } = await instance.check({ ...same, waitFor: "ssh" }, given);
    assert.deepEqual(failures, []);
    assert.equal((await instance.diff("500", olds, inputs)).changes, false);
  });

  it("changes what went down", async () => {
    const { changes, replaces } = await instance.diff("500", { ...olds, status: "stopped" }, same);
    assert.deepEqual([changes, replaces], [true, []]);
  });

  it("replaces what has failed", async () => {
    const { changes, replaces } = await instance.diff("500", { ...olds, status: "failed" }, same);
    assert.deepEqual([changes, replaces], [true, ["status"]]);
  });
});
