import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import type { AuditEntry } from "../../../protocol/methods/audit";
import { methodTable } from "../../../protocol/methods/method-table";
import { adminOnly } from "../../../protocol/methods/values/role";
import { audited } from "../../../server/audit/audited";
import { isAudited } from "../../../server/audit/effects";

describe("the audit of calls", () => {
  const caller = { account: "ann", role: "user", from: "192.0.2.1" } as const;

  async function entriesOf(name: string, parameters: unknown[], work: () => unknown): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = [];
    const auditor = { record: (entry: AuditEntry) => void entries.push(entry) };
    await audited(auditor, { caller, name, parameters }, async () => await Promise.resolve(work())).catch(
      () => undefined,
    );
    return entries.map((entry) => ({ ...entry, time: "", ms: 0 }));
  }

  const whose = { time: "", ms: 0, ...caller };

  it("has who, from where, what and the result, and of parameters and results only what names objects", async () => {
    const parameters = {
      image: "micro",
      keys: ["me"],
      userData: "password=secret",
      name: "web",
      clientToken: "secret-token",
    };
    const result = { id: 500, name: "web", uid: "a".repeat(32), sshHostKey: "ssh-ed25519 AAAA" };
    assert.deepEqual(await entriesOf("instance.create", [parameters], () => result), [
      {
        ...whose,
        method: "instance.create",
        subject: { image: "micro", name: "web", id: 500, uid: "a".repeat(32) },
        result: "ok",
      },
    ]);
    assert.deepEqual(
      await entriesOf("accessToken.add", [{ name: "ci", role: "user" }], () => ({
        name: "ci",
        token: "secret",
      })),
      [{ ...whose, method: "accessToken.add", subject: { name: "ci", role: "user" }, result: "ok" }],
    );
    assert.deepEqual(
      await entriesOf("instance.exec", [{ instance: 500, command: ["echo", "secret"] }], () => ({})),
      [{ ...whose, method: "instance.exec", subject: { instance: 500 }, result: "ok" }],
    );
    assert.deepEqual(await entriesOf("instance.takeOver", [{ container: "101" }], () => ({})), [
      { ...whose, method: "instance.takeOver", subject: { container: "101" }, result: "ok" },
    ]);
    assert.deepEqual(await entriesOf("member.simulate", [{ member: "m1", state: "offline" }], () => []), [
      { ...whose, method: "member.simulate", subject: { member: "m1" }, result: "ok" },
    ]);
    assert.deepEqual(await entriesOf("openvz.destroy_instance", [500], () => true), [
      { ...whose, method: "openvz.destroy_instance", subject: { instance: 500 }, result: "ok" },
    ]);
  });

  it("has refused and failed calls, without messages that can quote a secret", async () => {
    const failing = (error: Error) => (): never => {
      throw error;
    };
    const of = async (error: Error): Promise<Pick<AuditEntry, "result" | "reason">[]> =>
      (await entriesOf("instance.destroy", [{ instance: "web" }], failing(error))).map(
        ({ result, reason }) => ({ result, reason }),
      );
    assert.deepEqual(await of(new MccError("forbidden", "not yours")), [
      { result: "forbidden", reason: "not yours" },
    ]);
    assert.deepEqual(await of(new MccError("invalid", "quotes secret")), [
      { result: "invalid", reason: undefined },
    ]);
    assert.deepEqual(await of(new MccError("timeout", "quotes secret", { confidential: true })), [
      { result: "timeout", reason: undefined },
    ]);
    assert.deepEqual(await of(new Error("a defect")), [{ result: "internal", reason: undefined }]);
  });

  it("records no text in the place of a name", async () => {
    const [entry] = await entriesOf(
      "key.add",
      [{ name: "ssh-rsa AAAA me@home", publicKey: "x" }],
      () => ({}),
    );
    assert.deepEqual(entry?.subject, {});
    const [odd] = await entriesOf("key.add", ["a text"], () => "a text");
    assert.deepEqual(odd?.subject, {});
    assert.deepEqual(await entriesOf("no.such", [{}], () => ({})), []);
    assert.deepEqual(await entriesOf("__proto__", [{}], () => ({})), []);
  });

  it("covers each method that not every role may call, except those that only look", () => {
    const looks = Object.entries(methodTable)
      .filter(([name, { roles }]) => !roles.includes("reader") && !isAudited(name))
      .map(([name]) => name)
      .sort();
    assert.deepEqual(looks, [
      ...["accessToken.list", "audit.list", "image.uploadWrite", "instance.execEnd", "instance.execRead"],
      ...["instance.execWrite", "instance.listForeign", "instance.log", "lease.renew"],
    ]);
    const audit = methodTable["audit.list"];
    assert.deepEqual(audit.roles, adminOnly);
  });
});
