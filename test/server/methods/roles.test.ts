import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import { methodTable } from "../../../protocol/methods/method-table";
import { type Role, roles } from "../../../protocol/methods/values/role";
import { assertMccError } from "../../support/assert-error";
import { type InProcessDaemon, inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { send } from "../../support/http/raw-http";
import { eventually } from "../../support/time/eventually";
import { callRaw, callRequest } from "../../support/wire/wire";

/** The methods that a role may not call. A new method must be added here, or it is for every role. */
const refused: Readonly<Record<Role, readonly string[]>> = {
  admin: [],
  user: [
    ...[
      "accessToken.add",
      "accessToken.list",
      "accessToken.revoke",
      "accessToken.rotate",
      "accessToken.setQuota",
    ],
    ...["accessToken.setCertificate", "audit.list"],
    ...["image.import", "instance.listForeign", "instance.takeOver", "pool.list", "pool.set"],
    "member.simulate",
  ],
  reader: [
    ...[
      "accessToken.add",
      "accessToken.list",
      "accessToken.revoke",
      "accessToken.rotate",
      "accessToken.setQuota",
    ],
    ...["accessToken.setCertificate", "audit.list"],
    ...["image.import", "image.remove", "instance.listForeign", "instance.takeOver", "pool.set"],
    "member.simulate",
    ...["instance.create", "instance.confirm", "instance.update", "instance.extend", "instance.destroy"],
    ...["instance.start", "instance.stop", "instance.restart", "instance.log"],
    ...["instance.exec", "instance.execStart", "instance.execRead", "instance.execWrite", "instance.execEnd"],
    ...["fleet.apply", "fleet.confirm", "fleet.extend", "fleet.update", "fleet.destroy"],
    ...["key.add", "key.confirm", "key.update", "key.remove"],
    ...["image.uploadStart", "image.uploadWrite", "image.uploadEnd", "image.uploadCancel"],
    ...["lease.open", "lease.renew", "lease.end"],
    ...["openvz.run_instance", "openvz.destroy_instance"],
  ],
};

describe("the roles of access tokens, on the wire", () => {
  const newDaemon = inProcessDaemons();
  let daemon: InProcessDaemon;
  const tokens = new Map<Role, string>();
  let methods: string[] = [];

  before(async () => {
    daemon = await newDaemon();
    for (const role of roles) {
      const { token } = await daemon.client.call("accessToken.add", { name: `the-${role}`, role });
      tokens.set(role, token);
    }
    methods = (await callRaw(
      { url: daemon.url, token: tokens.get("reader") },
      "system.listMethods",
    )) as string[];
  });

  /** Calls a method without its parameters: a caller that may call it learns that they are missing. */
  async function outcome(role: Role, method: string): Promise<string> {
    try {
      await callRaw({ url: daemon.url, token: tokens.get(role) }, method);
      return "ok";
    } catch (error) {
      assert.ok(MccError.isInstance(error));
      return error.code === "forbidden" ? error.message : error.code;
    }
  }

  it("know every method of the table", () => {
    const missing = Object.keys(methodTable).filter((name) => !methods.includes(name));
    assert.deepEqual(missing, []);
    const unknown = Object.values(refused)
      .flat()
      .filter((name) => !methods.includes(name));
    assert.deepEqual(unknown, []);
  });

  for (const role of roles) {
    it(`let ${role} call the methods of the role, and no other`, async () => {
      const forbidden: string[] = [];
      for (const method of methods) {
        const result = await outcome(role, method);
        if (result.includes(" needs the role ")) {
          forbidden.push(method);
          const allowed = roles.filter((other) => !refused[other].includes(method)).join(" or ");
          assert.equal(
            result,
            `${method} needs the role ${allowed}, and the token "the-${role}" has the role ${role}; ask an admin of the daemon.`,
          );
        }
      }
      assert.deepEqual(forbidden.sort(), [...refused[role]].sort());
    });

    it(`tell ${role} who it is`, async () => {
      const info = await callRaw({ url: daemon.url, token: tokens.get(role) }, "server.info");
      assert.deepEqual(Reflect.get(info as object, "caller"), { account: `the-${role}`, role });
    });
  }

  it("are checked for each call of a multicall", async () => {
    const calls = [{ methodName: "accessToken.list" }, { methodName: "key.list" }];
    const [first, second] = (await callRaw(
      { url: daemon.url, token: tokens.get("reader") },
      "system.multicall",
      calls,
    )) as [{ faultCode: number }, unknown];
    assert.deepEqual([first.faultCode, second], [403, [[]]]);
  });

  it("end with the token: also a call that waits", async () => {
    const { token } = await daemon.client.call("accessToken.add", { name: "short", role: "user" });
    const held = { url: daemon.url, token };
    const made = { name: "web", waitFor: "running", waitSeconds: 10 };
    const { id } = (await callRaw(held, "instance.create", made)) as { id: number };
    const exec = sinon.spy(daemon.cloud.instances, "exec");
    const waiting = callRaw(held, "instance.exec", { instance: id, command: ["sleep", "60"] });
    const ended = assertMccError(waiting, "unauthenticated", /"short" was revoked/);
    await eventually(() => exec.called, "the command runs");
    await daemon.client.call("accessToken.revoke", { name: "short" });
    await ended;
    const { status } = await send(daemon.url, callRequest("server.info", [], token));
    assert.equal(status, 401);
    await daemon.client.call("instance.destroy", { instance: id });
  });
});
