import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { MccError } from "../../../protocol/error";
import { key } from "../../../provider/hooks";
import { forgetHeldTokens } from "../../../provider/hooks/ownership/held-tokens";
import {
  type Handlers,
  type StandInDaemon,
  standInDaemons,
  standInServerId,
} from "../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../support/environment";
import { stackConfig } from "../../support/pulumi/stack-config";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Key::me";
const clientToken = "0".repeat(32);
const material = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl";
const publicKey = `${material} me@home`;
const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl other";
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
const inputs = { name: "me", publicKey, ownerUrn, clientToken, __provider: "text" };
const kept = {
  uid: "a".repeat(32),
  name: "me",
  publicKey,
  fingerprint: "SHA256:x",
  createdAt: "2026-01-01T00:00:00.000Z",
};
const state = {
  name: "me",
  publicKey,
  fingerprint: "SHA256:x",
  uid: kept.uid,
  serverId: standInServerId,
  ownerUrn,
  clientToken,
};
const target = { name: "me", uid: kept.uid, serverId: standInServerId };

describe("the hooks of a Key", () => {
  beforeEach(forgetHeldTokens);
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));

  async function connected(handlers: Handlers): Promise<StandInDaemon> {
    const daemon = await startDaemon(handlers);
    await key.configure(stackConfig({ "minicloud:server": daemon.url }));
    return daemon;
  }

  const gone = (): never => {
    throw new MccError("not-found", `No key "me".`);
  };

  describe("check", () => {
    it("inserts the name", async () => {
      assert.deepEqual(await key.check({}, { publicKey, ownerUrn, clientToken }), {
        inputs: { name: "me-000000", publicKey, ownerUrn, clientToken },
        failures: [],
      });
    });

    it("returns the text that the daemon stores, so that a refresh finds no difference", async () => {
      const texts = [
        [{}, `  ${material}\tme@home \n`, publicKey],
        // The daemon keeps the comment of the key that it has.
        [inputs, `${material} another comment`, publicKey],
        [{ ...inputs, publicKey: `${publicKey}\n` }, publicKey, publicKey],
        [inputs, otherKey, otherKey],
        [{ ...inputs, publicKey: "no key" }, publicKey, publicKey],
      ] as const;
      for (const [olds, given, stored] of texts) {
        const { inputs: checked } = await key.check(olds, { publicKey: given, ownerUrn, clientToken });
        assert.equal(checked?.publicKey, stored);
      }
    });

    it("accepts unknown values", async () => {
      const news = { publicKey: runtime.unknownValue, name: runtime.unknownValue, ownerUrn, clientToken };
      assert.deepEqual((await key.check({}, news)).failures, []);
    });

    it("requires a public key", async () => {
      const { failures } = await key.check({}, { ownerUrn, clientToken, name: "a b", pubicKey: "" });
      assert.deepEqual(
        failures?.map(({ property }) => property),
        ["name", "publicKey", "pubicKey"],
      );
    });

    it("refuses a private key with advice, and keeps the engine from printing it", async () => {
      const { failures = [] } = await key.check({}, { publicKey: privateKey, ownerUrn, clientToken });
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.property, "");
      assert.match(
        failures[0].reason,
        /^publicKey: .* private key, which must not leave your machine; .*\.pub/,
      );
      assert.doesNotMatch(failures[0].reason, /c2VjcmV0/);
    });
  });

  describe("diff", () => {
    const unchanged = {
      unchanged: publicKey,
      "without comment": material,
      "surrounded by white space": `  ${publicKey}\n`,
    };
    for (const [what, text] of Object.entries(unchanged)) {
      it(`finds no change if the key is ${what}`, async () => {
        assert.equal((await key.diff("me", state, { ...inputs, publicKey: text })).changes, false);
      });
    }

    it("reports a change of the public key in place", async () => {
      const { changes, replaces } = await key.diff("me", state, { ...inputs, publicKey: otherKey });
      assert.deepEqual([changes, replaces], [true, []]);
      assert.equal(
        (await key.diff("me", state, { ...inputs, publicKey: runtime.unknownValue })).changes,
        true,
      );
    });

    it("reports a replacement for another name, with the deletion first", async () => {
      assert.deepEqual(await key.diff("me", state, { ...inputs, name: "you" }), {
        changes: true,
        replaces: ["name"],
        deleteBeforeReplace: true,
      });
    });
  });

  describe("create", () => {
    it("adds a key and returns its state", async () => {
      const daemon = await connected({ "key.add": () => kept });
      assert.deepEqual(await key.create(inputs), { id: "me", outs: state });
      assert.deepEqual(daemon.calls.at(-1)?.parameters, { name: "me", publicKey, clientToken });
    });

    it("applies the current public key to a key of an earlier run", async () => {
      const daemon = await connected({
        "key.add": () => ({ ...kept, publicKey: otherKey }),
        "key.update": () => kept,
      });
      assert.deepEqual((await key.create(inputs)).outs, state);
      assert.deepEqual(daemon.calls.at(-1)?.parameters, { name: "me", uid: kept.uid, publicKey });
    });
  });

  it("return the current state, or that the key no longer exists, in a read", async () => {
    const daemon = await connected({
      "key.get": () => ({ ...kept, publicKey: otherKey, fingerprint: "SHA256:y" }),
    });
    assert.deepEqual(await key.read("me", state), {
      id: "me",
      props: { ...state, publicKey: otherKey, fingerprint: "SHA256:y" },
      inputs: { name: "me", publicKey: otherKey, ownerUrn, clientToken },
    });
    assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
    daemon.handlers["key.get"] = gone;
    assert.deepEqual(await key.read("me", state), {});
  });

  it("record the organization of the stack at creation, so that a refresh finds no difference", async () => {
    const made = { ...inputs, organization: "acme" };
    await connected({ "key.add": () => kept, "key.get": () => kept, "key.update": () => kept });
    const { outs } = await key.create(made);
    assert.deepEqual(outs, { ...state, organization: "acme" });
    const asked = { name: "me", publicKey, ownerUrn, organization: "acme", clientToken };
    assert.deepEqual(await key.read("me", outs), { id: "me", props: outs, inputs: asked });
    assert.deepEqual((await key.update("me", outs, made)).outs, outs);
  });

  it("change the public key in an update, and say what to do if the key no longer exists", async () => {
    const daemon = await connected({ "key.update": () => ({ ...kept, publicKey: otherKey }) });
    const news = { ...inputs, publicKey: otherKey };
    assert.deepEqual(await key.update("me", state, news), { outs: { ...state, publicKey: otherKey } });
    assert.deepEqual(daemon.calls.at(-1)?.parameters, { ...target, publicKey: otherKey });
    daemon.handlers["key.update"] = gone;
    await assert.rejects(key.update("me", state, news), { message: /the key "me", but it no longer exists/ });
  });

  it("accept in a delete that the key no longer exists", async () => {
    const daemon = await connected({ "key.remove": () => ({ removed: false }) });
    await key.delete("me", state);
    assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
  });
});
