import assert from "node:assert/strict";
import type { MethodName, MethodParameters, MethodResult } from "../../../protocol/methods/method-table";
import type { Caller } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { createDispatch } from "../../../server/methods/dispatch";
import { assertMccError } from "../../support/assert-error";
import { captureLog } from "../../support/captured-log";
import { callers } from "../../support/daemons/accounts";
import { testClouds } from "../../support/daemons/test-cloud";
import { perTest } from "../../support/per-test";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me";
const { admin, alice, bob, reader } = callers;

describe("the objects of accounts", () => {
  const newCloud = testClouds();
  const test = perTest(() => newCloud());

  function call<M extends MethodName>(
    caller: Caller,
    method: M,
    parameters: MethodParameters<M>,
    cloud: Cloud = test().cloud,
  ): Promise<MethodResult<M>> {
    return createDispatch(cloud, captureLog().log)(caller, method, [parameters]) as Promise<MethodResult<M>>;
  }

  it("have the account of their creator, also after a restart of the daemon", async () => {
    await call(alice, "key.add", { name: "me", publicKey });
    await call(alice, "instance.create", { name: "web", keys: ["me"], waitFor: "running", waitSeconds: 10 });
    await call(alice, "fleet.apply", { name: "load", count: 2, waitFor: "running" });
    await call(alice, "fleet.wait", { fleet: "load" });
    await call(admin, "instance.create", { name: "db", waitFor: "running", waitSeconds: 10 });
    const accounts = async (cloud?: Cloud): Promise<string[]> => [
      ...(await call(admin, "key.list", {}, cloud)).map(({ name, account }) => `${name}: ${account ?? ""}`),
      ...(await call(admin, "fleet.list", {}, cloud)).map(({ name, account }) => `${name}: ${account ?? ""}`),
      ...(await call(admin, "instance.list", {}, cloud)).map(
        ({ name, account }) => `${name}: ${account ?? ""}`,
      ),
    ];
    const all = ["me: alice", "load: alice", "web: alice", "load-1: alice", "load-2: alice", "db: admin"];
    assert.deepEqual(await accounts(), all);
    assert.deepEqual(await accounts(await test().reopen()), all);
  });

  it("are listed for their account, for admins and for readers", async () => {
    await call(alice, "key.add", { name: "me", publicKey });
    await call(alice, "instance.create", { name: "web", waitFor: "running" });
    await call(alice, "fleet.apply", { name: "load", count: 1, waitFor: "running" });
    const lists = ["key.list", "instance.list", "fleet.list"] as const;
    const seen = async (caller: Caller): Promise<number[]> =>
      await Promise.all(lists.map(async (method) => (await call(caller, method, {})).length));
    assert.deepEqual(await seen(alice), [1, 2, 1]);
    assert.deepEqual(await seen(bob), [0, 0, 0]);
    assert.deepEqual(await seen(reader), [1, 2, 1]);
    assert.deepEqual(await seen(admin), [1, 2, 1]);
  });

  it("are forbidden for other users", async () => {
    const { id } = await call(alice, "instance.create", { name: "web", waitFor: "running" });
    for (const instance of [id, "web"]) {
      await assertMccError(
        call(bob, "instance.get", { instance }),
        "forbidden",
        /belongs to another account/,
      );
      await assertMccError(call(bob, "instance.destroy", { instance }), "forbidden", /belongs to another/);
    }
    assert.deepEqual(await call(admin, "instance.destroy", { instance: id }), { destroyed: true });
  });
});
