import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import {
  type MethodName,
  type MethodParameters,
  type MethodResult,
  methodTable,
} from "../../../protocol/methods/method-table";
import type { Caller } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { readJournal } from "../../../server/cloud/instances/records/journal-lines";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { assertMccError } from "../../support/assert-error";
import { captureLog } from "../../support/captured-log";
import { callers } from "../../support/daemons/accounts";
import { testClouds } from "../../support/daemons/test-cloud";
import { perTest } from "../../support/per-test";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me";
const owner = { urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web" };
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

  /** The objects of alice, and how bob calls each method that takes one. */
  interface Victims {
    readonly id: number;
    readonly uid: string;
    readonly fleetUid: string;
    readonly keyUid: string;
    readonly lease: string;
    readonly exec: string;
    readonly upload: string;
  }

  async function makeVictims(): Promise<Victims> {
    const key = await call(alice, "key.add", { name: "me", publicKey });
    const made = { waitFor: ["running" as const], waitSeconds: 10, clientToken: "token-of-web" };
    const { id, uid } = await call(alice, "instance.create", { ...made, name: "web", keys: ["me"], owner });
    const fleet = await call(alice, "fleet.apply", { name: "load", count: 1, clientToken: "token-of-load" });
    await call(alice, "fleet.wait", { fleet: "load" });
    const { lease } = await call(alice, "lease.open", { seconds: 3600 });
    const command = ["sleep", "60"];
    const { exec } = await call(alice, "instance.execStart", { instance: id, command });
    const archive = await call(alice, "image.uploadStart", { name: "own", sizeBytes: 3 });
    await call(alice, "image.uploadWrite", { ...archive, offset: 0, data: "YWJj" });
    await call(alice, "image.uploadEnd", archive);
    const { upload } = await call(alice, "image.uploadStart", { name: "other", sizeBytes: 3 });
    return { id, uid, fleetUid: fleet.uid, keyUid: key.uid, lease, exec, upload };
  }

  const attempt = "a".repeat(32);
  const stranger = { urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::other" };
  const instanceTargets = ({ id, uid }: Victims): object[] =>
    [id, "web"].flatMap((instance) => [{ instance }, { instance, uid }]);
  const fleetTargets = ({ fleetUid: uid }: Victims): object[] => [{ fleet: "load" }, { fleet: "load", uid }];
  const keyTargets = ({ keyUid: uid }: Victims): object[] => [{ name: "me" }, { name: "me", uid }];
  const withMore = (targets: (victims: Victims) => object[], more: object) => (victims: Victims) =>
    targets(victims).map((target) => ({ ...target, ...more }));

  /** The parameters with which a method reaches an object of alice. */
  const reaching: Partial<Record<MethodName, (victims: Victims) => object[]>> = {
    "instance.create": ({ lease }) => [{ keys: ["me"] }, { lease }],
    "instance.get": instanceTargets,
    "instance.confirm": (victims) => [
      { instance: victims.id, uid: victims.uid, owner: stranger },
      { instance: "web", uid: victims.uid, owner: stranger },
    ],
    "instance.wait": instanceTargets,
    "instance.update": (victims) => [
      ...withMore(instanceTargets, { name: "mine" })(victims),
      ...withMore(instanceTargets, { release: true })(victims),
      ...withMore(instanceTargets, { adopt: { clientToken: "token-of-bob", attempt, owner: stranger } })(
        victims,
      ),
      ...withMore(instanceTargets, { adopt: { clientToken: "token-of-web", attempt, owner } })(victims),
    ],
    "instance.extend": withMore(instanceTargets, { ttlSeconds: 60 }),
    "instance.start": instanceTargets,
    "instance.stop": instanceTargets,
    "instance.restart": instanceTargets,
    "instance.exec": withMore(instanceTargets, { command: ["true"] }),
    "instance.execStart": withMore(instanceTargets, { command: ["true"] }),
    "instance.execRead": ({ exec }) => [{ exec, after: 0, waitSeconds: 0 }],
    "instance.execWrite": ({ exec }) => [{ exec, offset: 0 }],
    "instance.execEnd": ({ exec }) => [{ exec }],
    "instance.log": instanceTargets,
    "instance.destroy": instanceTargets,
    "fleet.apply": ({ fleetUid: uid, lease }) => [
      { name: "load", count: 2, uid },
      { name: "own", count: 1, keys: ["me"] },
      { name: "own", count: 1, lease },
    ],
    "fleet.get": fleetTargets,
    "fleet.confirm": ({ fleetUid: uid }) => [{ fleet: "load", uid, owner: stranger }],
    "fleet.wait": fleetTargets,
    "fleet.extend": withMore(fleetTargets, { ttlSeconds: 60 }),
    "fleet.update": withMore(fleetTargets, { count: 2 }),
    "fleet.destroy": fleetTargets,
    "key.get": keyTargets,
    "key.confirm": ({ keyUid: uid }) => [{ name: "me", uid, owner: stranger }],
    "key.update": withMore(keyTargets, { publicKey }),
    "key.remove": keyTargets,
    "image.uploadWrite": ({ upload }) => [{ upload, offset: 0, data: "YWJj" }],
    "image.uploadEnd": ({ upload }) => [{ upload }],
    "image.uploadCancel": ({ upload }) => [{ upload }],
    "image.remove": () => [{ name: "own" }, { name: "micro" }],
    "lease.renew": ({ lease }) => [{ lease }],
    "lease.end": ({ lease }) => [{ lease }],
  };
  /** The methods of users that take no object, or that another test is about. */
  const apart: readonly MethodName[] = [
    ...(["instance.check", "fleet.check", "instance.list", "fleet.list", "key.list", "token.list"] as const),
    ...(["event.list", "instance.usage"] as const),
    ...(["key.add", "lease.open", "image.uploadStart", "image.list", "type.list", "server.info"] as const),
  ];

  it("are reached by methods that are all tested", () => {
    const ofUsers = Object.entries(methodTable)
      .filter(([, { roles }]) => roles.includes("user"))
      .map(([name]) => name);
    assert.deepEqual([...Object.keys(reaching), ...apart].sort(), ofUsers.sort());
  });

  it("are forbidden for other users, by every method and in every way to name them", async () => {
    const victims = await makeVictims();
    const state = async (): Promise<unknown[]> => [
      await call(alice, "instance.list", {}),
      await call(alice, "fleet.get", { fleet: "load" }),
      await call(alice, "key.list", {}),
      await call(alice, "lease.renew", { lease: victims.lease }),
    ];
    const before = await state();
    for (const [method, ways] of Object.entries(reaching)) {
      for (const parameters of ways(victims)) {
        const what = `${method} ${JSON.stringify(parameters)}`;
        const error: unknown = await call(bob, method as MethodName, parameters as never).then(
          (result) => assert.fail(`${what} returned ${JSON.stringify(result)}`),
          (reason: unknown) => reason,
        );
        assert.ok(MccError.isInstance(error) && error.code === "forbidden", `${what}: ${String(error)}`);
        assert.match(
          error.message,
          /belongs to another account, and the token "bob" has the role user/,
          what,
        );
        assert.doesNotMatch(error.message, /alice/, what);
        assert.ok(
          Object.keys(parameters).length > 1 || !error.message.includes("web") || what.includes('"web"'),
          `${what} tells no name that the caller did not send: ${error.message}`,
        );
      }
    }
    assert.deepEqual(await state(), before);
    await call(alice, "instance.execEnd", { exec: victims.exec });
  });

  it("are open to admins, by every method and in every way to name them", async () => {
    const victims = await makeVictims();
    for (const [method, ways] of Object.entries(reaching)) {
      const isEnd = /destroy|remove|end$|cancel/i.test(method);
      for (const parameters of isEnd ? [] : ways(victims)) {
        await call(admin, method as MethodName, parameters as never).catch((error: unknown) => {
          assert.ok(!MccError.hasCode(error, "forbidden"), `${method}: ${String(error)}`);
        });
      }
    }
    assert.deepEqual(await call(admin, "instance.execEnd", { exec: victims.exec }), { ended: true });
  });

  it("that do not exist are not found, also if another account has one with the same name", async () => {
    await makeVictims();
    const uid = "0".repeat(32);
    for (const instance of [999, "nobody", 500]) {
      const target = instance === 500 ? { instance, uid } : { instance };
      await assertMccError(call(bob, "instance.get", target), "not-found", /No instance/);
      assert.deepEqual(await call(bob, "instance.destroy", target), { destroyed: false });
    }
    await assertMccError(call(bob, "fleet.get", { fleet: "load", uid }), "not-found", /No fleet/);
    await assertMccError(call(bob, "key.get", { name: "me", uid }), "not-found", /No key.*no keys yet/);
    await assertMccError(call(bob, "instance.create", { keys: ["you"] }), "not-found", /no keys yet/);
  });

  it("have names that no other account can use at the same time", async () => {
    await makeVictims();
    const conflicts: [Promise<unknown>, RegExp][] = [
      [
        call(bob, "instance.create", { name: "web" }),
        /name "web" is taken by an instance of another account/,
      ],
      [call(bob, "fleet.apply", { name: "load", count: 1 }), /"load" is taken by a fleet of another account/],
      [
        call(bob, "fleet.apply", { name: "load", count: 1, clientToken: "token-of-load" }),
        /"load" is taken by a fleet of another account/,
      ],
      [call(bob, "key.add", { name: "me", publicKey }), /"me" is taken by a key of another account/],
    ];
    for (const [work, message] of conflicts) {
      await assertMccError(work, "conflict", message);
    }
    const { id } = await call(bob, "instance.create", { name: "mine", waitFor: "running", waitSeconds: 10 });
    const renamed = call(bob, "instance.update", { instance: id, name: "web" });
    await assertMccError(renamed, "conflict", /"web" is taken by an instance of another account/);
    await call(alice, "instance.create", { name: "own-2", waitFor: "running" });
    const fleet = call(bob, "fleet.apply", { name: "own", count: 2 });
    await assertMccError(fleet, "conflict", /"own-2" is taken by an instance of another account/);
    await call(bob, "fleet.apply", { name: "own", count: 1, waitFor: "running" });
    await call(bob, "fleet.wait", { fleet: "own" });
    const grown = call(bob, "fleet.update", { fleet: "own", count: 2 });
    await assertMccError(grown, "conflict", /"own-2" is taken by an instance of another account/);
  });

  it("keep the names of removed keys from other accounts, whose keys would open the next members of a fleet", async () => {
    await call(alice, "key.add", { name: "me", publicKey });
    await call(alice, "fleet.apply", { name: "load", count: 1, keys: ["me"], waitFor: "running" });
    await call(alice, "fleet.wait", { fleet: "load" });
    await call(alice, "key.remove", { name: "me" });
    await assertMccError(
      call(bob, "key.add", { name: "me", publicKey }),
      "conflict",
      /"me" is taken by a removed key of another account/,
    );
    await call(alice, "key.add", { name: "me", publicKey });
    await call(alice, "key.remove", { name: "me" });
    await call(alice, "fleet.destroy", { fleet: "load" });
    await call(bob, "key.add", { name: "me", publicKey });
  });

  it("are not created once the token is revoked, also by a call that waits before it creates", async () => {
    const revoked = AbortSignal.abort(new MccError("unauthenticated", "The token was revoked."));
    const late: Caller = { ...alice, revoked };
    await assertMccError(call(late, "instance.create", { waitFor: "running" }), "unauthenticated", /revoked/);
    await assertMccError(
      call(late, "fleet.apply", { name: "load", count: 1, waitFor: "running" }),
      "unauthenticated",
      /revoked/,
    );
    assert.deepEqual(await call(admin, "instance.list", {}), []);
    assert.deepEqual(await call(admin, "fleet.list", {}), []);
  });

  it("have client tokens of their own: an equal one of another account recovers nothing", async () => {
    const asked = { clientToken: "the-same-token", owner, waitFor: ["running" as const], waitSeconds: 10 };
    const first = await call(alice, "instance.create", { ...asked, name: "first", attempt });
    for (const [index, caller] of [bob, admin].entries()) {
      const name = `second-${index}`;
      const second = await call(caller, "instance.create", { ...asked, name, attempt });
      assert.notEqual(second.id, first.id);
      assert.deepEqual(
        (await call(caller, "token.list", { clientTokens: [asked.clientToken] })).map((each) => each.name),
        [name],
      );
    }
    assert.equal((await call(alice, "instance.create", { ...asked, name: "first", attempt })).id, first.id);
    assert.equal((await call(alice, "instance.get", { instance: first.id })).uid, first.uid);
    const key = { publicKey, clientToken: "a-token-of-keys", attempt };
    await call(alice, "key.add", { ...key, name: "one" });
    assert.equal((await call(bob, "key.add", { ...key, name: "two" })).account, "bob");
    const fleet = { count: 1, clientToken: "a-token-of-fleets", attempt, waitFor: ["running" as const] };
    await call(alice, "fleet.apply", { ...fleet, name: "one" });
    assert.equal((await call(bob, "fleet.apply", { ...fleet, name: "two" })).account, "bob");
    const problems = { clientToken: asked.clientToken, name: "first" };
    assert.match(
      (await call(bob, "instance.check", problems)).problems[0]?.message ?? "",
      /"first" is taken/,
      "a check is about the caller's own instance",
    );
  });

  it("keep their owners if another account creates a resource of the same URN", async () => {
    const left = { ...owner, retainOnDelete: true };
    const made = { waitFor: ["running" as const], waitSeconds: 10, owner: left };
    const { id, uid } = await call(alice, "instance.create", {
      ...made,
      name: "first",
      clientToken: "token-one",
    });
    await call(alice, "instance.confirm", { instance: id, uid, owner: left });
    await call(bob, "instance.create", { ...made, name: "second", clientToken: "token-two", replaces: uid });
    assert.deepEqual((await call(alice, "instance.get", { instance: id })).owner, left);
  });

  it("keep their account: an admin cannot adopt them, but can change them", async () => {
    const { id, uid, fleetUid } = await makeVictims();
    const adopt = { clientToken: "token-of-admin", attempt, owner: stranger };
    await call(admin, "instance.update", { instance: id, release: true });
    await assertMccError(
      call(admin, "instance.update", { instance: id, uid, adopt }),
      "conflict",
      /cannot be adopted with the token "admin": it belongs to the account "alice"/,
    );
    await call(admin, "fleet.update", { fleet: "load", uid: fleetUid, count: 2 });
    await call(admin, "fleet.wait", { fleet: "load" });
    const members = (await call(alice, "instance.list", {})).filter(({ fleet }) => fleet?.name === "load");
    assert.deepEqual(
      members.map(({ account }) => account),
      ["alice", "alice"],
    );
  });

  it("do not resolve each other's names, even with the labels of the same stack", async () => {
    const labels = { "minicloud/project": "shop", "minicloud/stack": "dev" };
    const { cloud } = test();
    const scopes = new Map<string, string[]>();
    for (const [caller, names] of [
      [alice, ["a1", "a2"]],
      [bob, ["b1"]],
      [admin, ["c1"]],
    ] as const) {
      for (const name of names) {
        for (const given of [labels, {}]) {
          const unique = { name: given === labels ? name : `${name}-plain`, labels: given };
          const { id } = await call(caller, "instance.create", { ...unique, waitFor: "running" });
          const scope = cloud.instances.catalog.byId(id)?.record.scope ?? "";
          scopes.set(scope, [...(scopes.get(scope) ?? []), unique.name]);
        }
      }
    }
    assert.deepEqual(
      [...scopes.values()],
      [["a1", "a2"], ["a1-plain", "a2-plain"], ["b1"], ["b1-plain"], ["c1"], ["c1-plain"]],
    );
  });

  it("are hidden from other users also after a failed creation, with their logs", async () => {
    const { driver } = test();
    sinon.stub(driver, "start").rejects(new MccError("engine", "disk full"));
    const { id } = await call(alice, "instance.create", { name: "web" });
    await assertMccError(call(alice, "instance.wait", { instance: id }), "engine", /disk full/);
    for (const instance of [id, "web"]) {
      await assertMccError(call(bob, "instance.wait", { instance }), "forbidden", /another account/);
      await assertMccError(call(bob, "instance.log", { instance }), "not-found", /No instance/);
    }
    await assertMccError(
      call(alice, "fleet.apply", { name: "load", count: 1 }).then(() =>
        call(alice, "fleet.wait", { fleet: "load" }),
      ),
      "engine",
      /disk full/,
    );
    await assertMccError(call(bob, "fleet.wait", { fleet: "load" }), "forbidden", /another account/);
  });

  it("are not destroyed by another user who ends their lease again while that has not succeeded", async () => {
    const { driver } = test();
    const { lease } = await call(alice, "lease.open", { seconds: 3600 });
    const made = { name: "web", lease, waitFor: ["running" as const], waitSeconds: 10 };
    await call(alice, "instance.create", made);
    const destroy = sinon.stub(driver, "destroy").rejects(new MccError("engine", "busy"));
    await assertMccError(call(alice, "lease.end", { lease }), "engine", /busy/);
    await assertMccError(call(bob, "lease.end", { lease }), "forbidden", /belongs to another account/);
    destroy.restore();
    assert.equal((await call(alice, "lease.end", { lease })).destroyed, 1);
  });

  it("are protected from the methods of the first MiniCloud too", async () => {
    const { id } = await makeVictims();
    const dispatch = createDispatch(test().cloud, captureLog().log);
    assert.deepEqual(await dispatch(bob, "openvz.get_instances", [{ all: true }]), []);
    await assert.rejects(dispatch(bob, "openvz.destroy_instance", [id]), /belongs to another account/);
    await assert.rejects(
      dispatch(bob, "openvz.run_instance", ["micro", "basic", "", "web"]),
      /"web" is taken/,
    );
    assert.equal((await call(alice, "instance.get", { instance: id })).status, "running");
  });

  it("belong to the admin in records of earlier releases, which no user sees", async () => {
    const { id } = await call(admin, "instance.create", { name: "old", waitFor: "running", waitSeconds: 10 });
    const path = join(test().stateFolder, "instances", "journal");
    const record = readJournal(await readFile(path)).lines.get(id)?.record;
    assert.deepEqual([record?.id, record?.account], [id, undefined], "as earlier releases write it");
    const next = await test().reopen();
    assert.equal((await call(admin, "instance.get", { instance: id }, next)).account, "admin");
    await assertMccError(call(bob, "instance.get", { instance: id }, next), "forbidden", /another account/);
  });

  it("are only counted and described for users who may see them", async () => {
    await makeVictims();
    test().cloud.damaged.report(join(test().stateFolder, "keys/me.json"), "it is not JSON");
    const seen = async (caller: Caller): Promise<unknown[]> => {
      const { instances, damaged, damagedTotal } = await call(caller, "server.info", {});
      return [instances, damaged.length, damagedTotal];
    };
    assert.deepEqual(await seen(admin), [2, 1, 1]);
    assert.deepEqual(await seen(reader), [2, 1, 1]);
    assert.deepEqual(await seen(alice), [2, 0, 0]);
    assert.deepEqual(await seen(bob), [0, 0, 0]);
  });
});

describe("the output of programs in instances", () => {
  const newCloud = testClouds();

  it("is hidden from readers: in logs, in errors and in descriptions of failures, also after a restart", async () => {
    const secret = "the-secret-of-a-script";
    const { cloud, driver, reopen } = await newCloud();
    sinon.stub(driver, "capabilities").value({ ...driver.capabilities, simulated: false });
    const ended = { exitCode: 3, stdout: Buffer.from(secret), stderr: Buffer.from("22\n"), truncated: false };
    sinon.stub(driver, "exec").resolves(ended);
    const dispatch = createDispatch(cloud, captureLog().log);
    const created = {
      name: "web",
      userData: "#!/bin/sh\necho",
      keepOnFailure: true,
      waitSeconds: 10,
      waitFor: "running",
    };
    await dispatch(alice, "instance.create", [created]);
    const fleet = {
      name: "load",
      count: 1,
      userData: "#!/bin/sh\necho",
      keepOnFailure: true,
      waitFor: "running",
    };
    await dispatch(alice, "fleet.apply", [fleet]);
    await assert.rejects(dispatch(alice, "fleet.wait", [{ fleet: "load" }]), new RegExp(secret));
    const answer = async (
      caller: Caller,
      method: string,
      parameters: object,
      from = cloud,
    ): Promise<string> =>
      await createDispatch(from, captureLog().log)(caller, method, [parameters]).then(
        (result) => JSON.stringify(result),
        (error: unknown) => String(error),
      );
    const ways: [string, object][] = [
      ["instance.wait", { instance: "web" }],
      ["instance.get", { instance: "web" }],
      ["instance.list", {}],
      ["fleet.wait", { fleet: "load" }],
      ["fleet.get", { fleet: "load" }],
      ["fleet.list", {}],
    ];
    for (const from of [cloud, await reopen()]) {
      for (const [method, parameters] of ways) {
        assert.match(await answer(admin, method, parameters, from), new RegExp(secret), method);
        const shown = await answer(reader, method, parameters, from);
        assert.doesNotMatch(shown, new RegExp(secret), method);
        assert.match(shown, /role reader may not see/, method);
      }
      assert.match(await answer(reader, "instance.log", { instance: "web" }, from), /needs the role/);
    }
  });
});
