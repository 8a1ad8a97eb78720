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
  "if nothing changed": {},
  "if the keys have another order": { keys: ["you", "me"] },
  "if the labels have another order": { labels: { b: "2", a: "1" } },
  "if arguments are omitted": { name: undefined, ipAddress: undefined, hostname: undefined },
  "of waitFor": { waitFor: "running" },
  "of the token": { clientToken: "1".repeat(32) },
  "of the parent": { ownerUrn: ownerUrn.replace("pulumi-nodejs", "my:module:Site$pulumi-nodejs") },
  "of the organization": { organization: "acme" },
  "if only arguments of the creation changed": { keepOnFailure: true, adopt: 500 },
  "if the serialised provider changed": { __provider: "another text" },
};
const inPlace: Record<string, Record<string, unknown>> = {
  name: { name: "www" },
  type: { type: "light" },
  keys: { keys: ["me"] },
  labels: { labels: { a: "1" } },
  "unknown keys": { keys: runtime.unknownValue },
  "a label with an unknown value": { labels: { a: "1", b: runtime.unknownValue } },
  ttl: { ttl: 7200 },
  timeouts: { timeouts: { delete: 60 } },
  "the resource's own name": { ownerUrn: ownerUrn.replace(/web$/, "www") },
};
const replacing: Record<string, Record<string, unknown>> = {
  image: { image: "debian-12" },
  ipAddress: { ipAddress: "198.18.0.8" },
  hostname: { hostname: "www" },
  userData: { userData: "true" },
  member: { member: "m1" },
  group: { group: "west" },
};

describe("the diff of an Instance", () => {
  for (const [what, changes] of Object.entries(unchanged)) {
    it(`finds no change ${what}`, async () => {
      const { changes: changed, replaces } = await instance.diff("500", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [false, []]);
    });
  }

  for (const [what, changes] of Object.entries(inPlace)) {
    it(`reports a change of ${what} in place`, async () => {
      const { changes: changed, replaces } = await instance.diff("500", olds, { ...same, ...changes });
      assert.deepEqual([changed, replaces], [true, []]);
    });
  }

  for (const [property, changes] of Object.entries(replacing)) {
    it(`reports a replacement for another ${property}, with the deletion first`, async () => {
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

  it("reports a change if ttl, timeouts or userData are omitted", async () => {
    const before = { ...olds, ttl: 60, timeouts: { create: 60 } };
    assert.deepEqual((await instance.diff("500", before, { ...same, ttl: 60 })).replaces, []);
    assert.equal((await instance.diff("500", before, { ...same, ttl: 60 })).changes, true);
    assert.equal((await instance.diff("500", { ...olds, ttl: 60 }, same)).changes, true);
    assert.deepEqual((await instance.diff("500", { ...olds, userData: "true" }, same)).replaces, [
      "userData",
    ]);
  });

  it("finds no change in a state of the first release, which has fewer properties", async () => {
    const given = { name, image, keys, labels, ownerUrn, clientToken, organization: "acme" };
    const { inputs = {}, failures } = await instance.check({ ...same, waitFor: "ssh" }, given);
    assert.deepEqual(failures, []);
    assert.equal((await instance.diff("500", olds, inputs)).changes, false);
  });

  it("reports a change if the instance is stopped", async () => {
    const { changes, replaces } = await instance.diff("500", { ...olds, status: "stopped" }, same);
    assert.deepEqual([changes, replaces], [true, []]);
  });

  it("reports a replacement if the instance has failed", async () => {
    const { changes, replaces } = await instance.diff("500", { ...olds, status: "failed" }, same);
    assert.deepEqual([changes, replaces], [true, ["status"]]);
  });
});
