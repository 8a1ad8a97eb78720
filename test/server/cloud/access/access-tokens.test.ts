import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import type { Cloud } from "../../../../server/cloud/cloud";
import { assertMccError } from "../../../support/assert-error";
import { type TestCloud, testClouds } from "../../../support/daemons/test-cloud";
import { readTlsFixture } from "../../../support/http/certificate";
import { perTest } from "../../../support/per-test";

describe("access tokens", () => {
  const newCloud = testClouds();
  const test = perTest(() => newCloud());
  let clock: sinon.SinonFakeTimers | undefined;

  afterEach(() => {
    clock?.restore();
    clock = undefined;
  });

  const file = ({ stateFolder }: TestCloud): string => join(stateFolder, "access-tokens.json");
  const refused = async (cloud: Cloud, text: string | undefined, message: RegExp): Promise<void> => {
    await assertMccError(
      Promise.resolve().then(() => cloud.accessTokens.callerOf(text)),
      "unauthenticated",
      message,
    );
  };
  /** Only the date is a fake, because files are written in real time. */
  const passSeconds = (seconds: number): void => {
    clock?.restore();
    clock = sinon.useFakeTimers({ now: Date.now() + seconds * 1000, toFake: ["Date"] });
  };

  it("are accepted with their names and roles, also by the next daemon", async () => {
    const { cloud, reopen } = test();
    const made = await Promise.all(
      (["admin", "user", "reader"] as const).map((role) =>
        cloud.accessTokens.add({ name: `the-${role}`, role }),
      ),
    );
    assert.equal(new Set(made.map(({ token }) => token)).size, 3);
    for (const { accessTokens } of [cloud, await reopen()]) {
      for (const { name, role, token } of made) {
        const { account, role: given } = accessTokens.callerOf(token);
        assert.deepEqual([account, given], [name, role]);
      }
    }
  });

  it("are on disk as hashes, in a file that only its owner can read", async () => {
    const { cloud } = test();
    const { token } = await cloud.accessTokens.add({ name: "ci", role: "user" });
    const rotated = await cloud.accessTokens.rotate({ name: "ci", graceSeconds: 60 });
    const text = await readFile(file(test()), "utf8");
    assert.match(text, /"digest": "[0-9a-f]{64}"/);
    assert.ok(![token, rotated.token, cloud.identity.token].some((secret) => text.includes(secret)), text);
    assert.equal((await stat(file(test()))).mode & 0o777, 0o600);
    assert.deepEqual(
      cloud.accessTokens.list().filter((shown) => "token" in shown || "digest" in shown),
      [],
    );
  });

  it("are refused if they are missing, unknown, revoked or replaced", async () => {
    const { cloud } = test();
    const { accessTokens } = cloud;
    const { token } = await accessTokens.add({ name: "ci", role: "user" });
    const { token: next } = await accessTokens.rotate({ name: "ci", graceSeconds: 0 });
    await refused(cloud, undefined, /the request has none/);
    await refused(cloud, "another", /the request has another one/);
    await refused(cloud, `${next}x`, /the request has another one/);
    await refused(cloud, token, /the request has another one/);
    assert.equal(accessTokens.callerOf(next).account, "ci");
    assert.deepEqual(await accessTokens.revoke({ name: "ci" }), { revoked: true });
    assert.deepEqual(await accessTokens.revoke({ name: "ci" }), { revoked: false });
    await refused(cloud, next, /the request has another one/);
    await assertMccError(accessTokens.rotate({ name: "ci", graceSeconds: 0 }), "not-found", /"ci"/);
  });

  it("expire, and say what to do", async () => {
    const { cloud, reopen } = test();
    const { token, expiresAt } = await cloud.accessTokens.add({
      name: "ci",
      role: "user",
      lifetimeSeconds: 3600,
    });
    assert.equal(cloud.accessTokens.callerOf(token).account, "ci");
    passSeconds(3601);
    for (const daemon of [cloud, await reopen()]) {
      await refused(daemon, token, new RegExp(`"ci" expired at ${expiresAt}; .*mcc rotate-token ci`));
    }
  });

  it("have the same lifetime after a rotation, unless it is given", async () => {
    const { accessTokens } = test().cloud;
    await accessTokens.add({ name: "ci", role: "user", lifetimeSeconds: 3600 });
    await accessTokens.add({ name: "always", role: "user" });
    passSeconds(1800);
    const lifetime = async (name: string, lifetimeSeconds?: number): Promise<number | undefined> => {
      const { expiresAt } = await accessTokens.rotate({ name, graceSeconds: 0, lifetimeSeconds });
      return expiresAt === undefined ? undefined : Date.parse(expiresAt) - Date.now();
    };
    assert.equal(await lifetime("ci"), 3_600_000);
    assert.equal(await lifetime("ci", 60), 60_000);
    assert.equal(await lifetime("always"), undefined);
  });

  it("are also accepted with the previous text for the time of grace", async () => {
    const { cloud, reopen } = test();
    const { token: first } = await cloud.accessTokens.add({ name: "ci", role: "user" });
    const { token: second } = await cloud.accessTokens.rotate({ name: "ci", graceSeconds: 60 });
    for (const { accessTokens } of [cloud, await reopen()]) {
      assert.deepEqual(
        [first, second].map((text) => accessTokens.callerOf(text).account),
        ["ci", "ci"],
      );
      assert.match(String(accessTokens.list().find(({ name }) => name === "ci")?.previousUntil), /Z$/);
    }
    passSeconds(61);
    const next = await reopen();
    await refused(next, first, /"ci" was replaced; .*mcc rotate-token ci/);
    assert.equal(next.accessTokens.callerOf(second).account, "ci");
    assert.equal(next.accessTokens.list().find(({ name }) => name === "ci")?.previousUntil, undefined);
  });

  it("end calls that wait with them once they are revoked or replaced", async () => {
    const { accessTokens } = test().cloud;
    const isEnded = (text: string): (() => boolean) => {
      const { revoked } = accessTokens.callerOf(text);
      return () => revoked?.aborted === true;
    };
    const { token: first } = await accessTokens.add({ name: "ci", role: "user" });
    const { token: other } = await accessTokens.add({ name: "other", role: "user" });
    const calls = [isEnded(first), isEnded(other)];
    const { token: second } = await accessTokens.rotate({ name: "ci", graceSeconds: 60 });
    calls.push(isEnded(first), isEnded(second));
    const ended = (): boolean[] => calls.map((call) => call());
    assert.deepEqual(ended(), [false, false, false, false], "both texts are valid");
    const { token: third } = await accessTokens.rotate({ name: "ci", graceSeconds: 0 });
    calls.push(isEnded(third));
    assert.deepEqual(ended(), [true, false, true, true, false]);
    await accessTokens.revoke({ name: "ci" });
    assert.deepEqual(ended(), [true, false, true, true, true]);
  });

  it("end calls that wait with them when they expire, or the time of grace is over", async () => {
    const { cloud, reopen } = test();
    const { accessTokens } = cloud;
    const { token } = await accessTokens.add({ name: "ci", role: "user", lifetimeSeconds: 3 });
    await accessTokens.setCertificate({ name: "ci", certificate: await readTlsFixture("second.pem") });
    const { fingerprint = "" } = accessTokens.list().find(({ name }) => name === "ci")?.certificate ?? {};
    const { token: first } = await accessTokens.add({ name: "other", role: "user" });
    const { token: second } = await accessTokens.rotate({ name: "other", graceSeconds: 3 });
    const next = await reopen();
    const daemons = [accessTokens, next.accessTokens];
    const waiting = new Map(
      daemons.map((daemon) => [
        daemon,
        new Map([token, undefined, first].map((text) => [text, daemon.callerOf(text, fingerprint).revoked])),
      ]),
    );
    for (const daemon of daemons) {
      for (const [text, message] of [
        [token, /"ci" expired at/],
        [undefined, /"ci" expired at/],
        [first, /"other" was replaced/],
      ] as const) {
        const signal = waiting.get(daemon)?.get(text);
        if (signal?.aborted === false) {
          await once(signal, "abort");
        }
        await assertMccError(
          Promise.resolve().then(() => signal?.throwIfAborted()),
          "unauthenticated",
          message,
        );
      }
      assert.equal(daemon.callerOf(second).revoked?.aborted, false);
    }
    const { token: third } = await accessTokens.rotate({ name: "ci", graceSeconds: 0, lifetimeSeconds: 60 });
    assert.equal(accessTokens.callerOf(third).revoked?.aborted, false);
    assert.equal(accessTokens.callerOf(undefined, fingerprint).revoked?.aborted, false);
  });

  it("end calls that wait with a client certificate once it is replaced, removed or its token is revoked", async () => {
    const { accessTokens } = test().cloud;
    await accessTokens.add({ name: "ci", role: "user" });
    const set = async (file?: string): Promise<AbortSignal | undefined> => {
      const certificate = file === undefined ? undefined : await readTlsFixture(file);
      const { certificate: kept } = await accessTokens.setCertificate({ name: "ci", certificate });
      return kept && accessTokens.callerOf(undefined, kept.fingerprint).revoked;
    };
    const first = await set("cert.pem");
    await set("cert.pem");
    await accessTokens.rotate({ name: "ci", graceSeconds: 0 });
    assert.equal(first?.aborted, false, "the certificate is the same");
    const second = await set("second.pem");
    assert.deepEqual([first.aborted, second?.aborted], [true, false]);
    await set();
    assert.equal(second?.aborted, true);
    const third = await set("second.pem");
    await accessTokens.revoke({ name: "ci" });
    assert.equal(third?.aborted, true);
  });

  it("of the local admin cannot be revoked or added, and their rotation rewrites the file", async () => {
    const { cloud, reopen } = test();
    const { accessTokens, identity } = cloud;
    assert.equal(accessTokens.callerOf(identity.token).role, "admin");
    await assertMccError(accessTokens.revoke({ name: "admin" }), "conflict", /mcc rotate-token admin/);
    await assertMccError(accessTokens.add({ name: "admin", role: "user" }), "conflict", /"admin"/);
    const { token } = await accessTokens.rotate({ name: "admin", graceSeconds: 0 });
    assert.equal((await readFile(identity.tokenPath, "utf8")).trim(), token);
    await refused(cloud, identity.token, /the request has another one/);
    const next = await reopen();
    assert.deepEqual([next.identity.token, next.accessTokens.callerOf(token).account], [token, "admin"]);
    assert.match(String(next.accessTokens.list()[0]?.rotatedAt), /Z$/);
  });

  it("of the local admin follow the file, in which an operator may put another one", async () => {
    const { cloud, reopen } = test();
    const { token } = await cloud.accessTokens.rotate({ name: "admin", graceSeconds: 60 });
    await writeFile(cloud.identity.tokenPath, "a-token-of-an-operator\n");
    const next = await reopen();
    assert.equal(next.accessTokens.callerOf("a-token-of-an-operator").role, "admin");
    await refused(next, token, /the request has another one/);
  });

  it("are refused if their file is damaged, except for the local admin's", async () => {
    const { cloud, reopen } = test();
    const { token } = await cloud.accessTokens.add({ name: "ci", role: "user" });
    const kept = await readFile(file(test()), "utf8");
    for (const damaged of ["[{]", kept.replace("user", "root"), `[${kept.slice(1, -2)}, ${kept.slice(1)}`]) {
      await writeFile(file(test()), damaged);
      const next = await reopen();
      await refused(next, token, /the request has another one/);
      assert.equal(next.accessTokens.callerOf(next.identity.token).role, "admin");
      assert.equal(next.damaged.list()[0]?.file, "access-tokens.json");
    }
  });

  it("do not change if the file cannot be written", async () => {
    const { cloud } = test();
    const { token } = await cloud.accessTokens.add({ name: "ci", role: "user" });
    const write = sinon.stub(cloud.accessTokens["file"], "write").rejects(new Error("disk full"));
    await assert.rejects(cloud.accessTokens.add({ name: "other", role: "user" }), /disk full/);
    await assert.rejects(cloud.accessTokens.rotate({ name: "ci", graceSeconds: 0 }), /disk full/);
    await assert.rejects(cloud.accessTokens.revoke({ name: "ci" }), /disk full/);
    assert.equal(cloud.accessTokens.callerOf(token).account, "ci");
    assert.deepEqual(
      cloud.accessTokens.list().map(({ name }) => name),
      ["admin", "ci"],
    );
    write.restore();
    assert.deepEqual(await cloud.accessTokens.revoke({ name: "ci" }), { revoked: true });
  });
});
