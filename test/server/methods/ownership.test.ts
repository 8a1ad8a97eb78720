import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { z } from "zod";
import type { MethodName, MethodParameters, MethodResult } from "../../../protocol/methods/method-table";
import type { Cloud } from "../../../server/cloud/cloud";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { assertMccError } from "../../support/assert-error";
import { captureLog } from "../../support/captured-log";
import { callers } from "../../support/daemons/accounts";
import { adminDispatch } from "../../support/daemons/admin-dispatch";
import { settled, testClouds } from "../../support/daemons/test-cloud";
import { HandClock } from "../../support/time/hand-clock";

const owner = { urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web" };
const moved = { urn: owner.urn.replace(/web$/, "www") };
const clientToken = "0123456789abcdef";
const [first, second, third] = ["a", "b", "c"].map((digit) => digit.repeat(32));
const oneKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q one";
const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl other";

type Call = <M extends MethodName>(method: M, parameters: MethodParameters<M>) => Promise<MethodResult<M>>;

function callerOf(cloud: Cloud): Call {
  const dispatch = adminDispatch(cloud, captureLog().log);
  return async (method, parameters) => (await dispatch(method, [parameters])) as never;
}

/** The same operations with the methods of each kind of resource. */
const kinds = [
  {
    kind: "an instance",
    create: (call: Call, more: object = {}) =>
      call("instance.create", { clientToken, owner, waitSeconds: 10, ...more }),
    get: (call: Call, made: Made) => call("instance.get", { instance: made.name, uid: made.uid }),
    confirm: (call: Call, made: Made, by = owner) =>
      call("instance.confirm", { instance: made.name, uid: made.uid, owner: by }),
    destroy: (call: Call, made: Made) => call("instance.destroy", { instance: made.name, uid: made.uid }),
    list: (call: Call) => call("instance.list", {}),
    file: ({ id }: Made) => `instances/${id}/instance.json`,
  },
  {
    kind: "a fleet",
    create: async (call: Call, more: object = {}) => {
      const made = await call("fleet.apply", { name: "web", count: 2, clientToken, owner, ...more });
      await call("fleet.wait", { fleet: made.name, uid: made.uid });
      return made;
    },
    get: (call: Call, made: Made) => call("fleet.get", { fleet: made.name, uid: made.uid }),
    confirm: (call: Call, made: Made, by = owner) =>
      call("fleet.confirm", { fleet: made.name, uid: made.uid, owner: by }),
    destroy: (call: Call, made: Made) => call("fleet.destroy", { fleet: made.name, uid: made.uid }),
    list: (call: Call) => call("fleet.list", {}),
    file: () => "fleets/web.json",
  },
  {
    kind: "a key",
    create: (call: Call, more: object = {}) =>
      call("key.add", { name: "web", publicKey: oneKey, clientToken, owner, ...more }),
    get: (call: Call, made: Made) => call("key.get", { name: made.name, uid: made.uid }),
    confirm: (call: Call, made: Made, by = owner) =>
      call("key.confirm", { name: made.name, uid: made.uid, owner: by }),
    destroy: (call: Call, made: Made) => call("key.remove", { name: made.name, uid: made.uid }),
    list: (call: Call) => call("key.list", {}),
    file: () => "keys/web.json",
  },
] as const;

const recordSchema = z.looseObject({ unconfirmed: z.unknown(), owner: z.unknown() });

interface Made {
  readonly name: string;
  readonly uid: string;
  readonly id?: number;
}

describe("the client token of", () => {
  const newCloud = testClouds();

  async function opened() {
    const clock = new HandClock();
    const test = await newCloud({ clock });
    return { ...test, clock, call: callerOf(test.cloud) };
  }

  for (const { kind, create, get, confirm, destroy, list, file } of kinds) {
    describe(kind, () => {
      it("returns the same resource to the same attempt, with its owner", async () => {
        const { call } = await opened();
        const made = await create(call, { attempt: first });
        assert.deepEqual((await create(call, { attempt: first })).uid, made.uid);
        assert.deepEqual(made.owner, owner);
        assert.equal((await list(call)).length, 1);
      });

      it("is refused for another attempt until the first has made no call for ten seconds", async () => {
        const { call, clock } = await opened();
        const made = await create(call, { attempt: first });
        await assertMccError(create(call, { attempt: second }), "conflict", /another "pulumi up".*namespace/);
        clock.pass(9_000);
        await get(call, made);
        clock.pass(9_000);
        await assertMccError(create(call, { attempt: second }), "conflict", /is being created by another/);
        clock.pass(1_000);
        const taken = await create(call, { attempt: second });
        assert.notEqual(taken.uid, made.uid);
        assert.equal((await list(call)).length, 1);
        await assertMccError(get(call, made), "not-found", /^No /);
        await destroy(call, made);
        assert.equal((await get(call, taken)).uid, taken.uid);
        await assertMccError(create(call, { attempt: first }), "conflict", /another "pulumi up"/);
      });

      it("is not delayed by calls of readers and of other accounts, also if they name it and the attempt", async () => {
        const { cloud, call, clock } = await opened();
        const made = await create(call, { attempt: first });
        const dispatch = createDispatch(cloud, captureLog().log);
        for (const caller of [callers.reader, callers.bob]) {
          clock.pass(5_000);
          const other: Call = async (method, parameters) =>
            (await dispatch(caller, method, [parameters])) as never;
          await get(other, made).catch((error: unknown) => assert.ok(caller === callers.bob, String(error)));
          await assert.rejects(
            create(other, { attempt: caller === callers.reader ? first : second, name: "-" }),
          );
        }
        assert.notEqual((await create(call, { attempt: third })).uid, made.uid);
      });

      it("lets one attempt wait for another that has ended", async () => {
        const { call, clock } = await opened();
        const made = await create(call, { attempt: first });
        const waiting = create(call, { attempt: second, patienceSeconds: 60 });
        clock.pass(10_000);
        assert.notEqual((await waiting).uid, made.uid);
      });

      it("is granted to only one of two attempts after the first has ended", async () => {
        const { call, clock } = await opened();
        await create(call, { attempt: first });
        clock.pass(10_000);
        const both = await Promise.allSettled([second, third].map((attempt) => create(call, { attempt })));
        assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
        assert.equal((await list(call)).length, 1);
      });

      it("is used up once its owner has confirmed", async () => {
        const { call, clock } = await opened();
        const made = await create(call, { attempt: first });
        assert.equal((await confirm(call, made)).uid, made.uid);
        clock.pass(60_000);
        for (const attempt of [first, second, undefined]) {
          await assertMccError(
            create(call, { attempt }),
            "conflict",
            /belongs to urn:pulumi:dev::shop::.*::web, .*minicloud:namespace.* another name; .*mcc destroy-/,
          );
        }
        assert.equal((await get(call, made)).uid, made.uid);
        assert.equal((await list(call)).length, 1);
      });

      it("is not used up by the calls of a create", async () => {
        const { call, clock } = await opened();
        const made = await create(call, { attempt: first });
        await get(call, made);
        clock.pass(10_000);
        assert.notEqual((await create(call, { attempt: second })).uid, made.uid);
      });

      it("reports the current owner of the resource, also after a move", async () => {
        const { call } = await opened();
        const made = await create(call, { attempt: first });
        const look = async () =>
          (await call("token.list", { clientTokens: ["another-token", clientToken] }))[0];
        const { spent, name, owner: by } = (await look()) ?? {};
        assert.deepEqual([spent, name, by], [false, made.name, owner]);
        await confirm(call, made, moved);
        const told = await look();
        assert.deepEqual([told?.spent, told?.owner, told?.released], [true, moved, false]);
      });

      it("and its owner are known to the next daemon", async () => {
        const { call, clock, reopen } = await opened();
        const made = await create(call, { attempt: first });
        await confirm(call, made);
        const next = callerOf(await reopen());
        clock.pass(60_000);
        await assertMccError(create(next, { attempt: second }), "conflict", /belongs to urn:pulumi:dev/);
      });

      it("is removed with the resource", async () => {
        const { call } = await opened();
        const made = await create(call, { attempt: first });
        await confirm(call, made);
        await destroy(call, made);
        assert.notEqual((await create(call, { attempt: second })).uid, made.uid);
      });

      it("is kept for resources of clients without attempts, which never confirm", async () => {
        const { call, clock } = await opened();
        const made = await create(call, { owner: undefined });
        assert.equal((await create(call, { owner: undefined })).uid, made.uid);
        clock.pass(60_000);
        await assertMccError(create(call, { attempt: first }), "conflict", /belongs to another program/);
        assert.equal((await get(call, made)).uid, made.uid);
      });

      it("is released if a resource that Pulumi only forgets is created again", async () => {
        const { call } = await opened();
        const retaining = { ...owner, retainOnDelete: true };
        const made = await create(call, { attempt: first, owner: retaining });
        await confirm(call, made, retaining);
        const next = { clientToken: "the-next-token", attempt: second, owner: retaining };
        const again = await create(call, { ...next, ...(kind === "an instance" ? {} : { name: "again" }) });
        assert.equal((await list(call)).length, 2);
        assert.equal((await get(call, made)).owner, undefined);
        assert.deepEqual((await get(call, again)).owner, retaining);
        const [told] = await call("token.list", { clientTokens: [clientToken] });
        assert.deepEqual([told?.spent, told?.released], [true, true]);
      });

      it("is released for a client that replaces the resource and names its uid", async () => {
        const { call } = await opened();
        const made = await create(call, { attempt: first });
        await confirm(call, made);
        const replacing = { attempt: second, replaces: made.uid, name: "again" };
        assert.notEqual((await create(call, replacing)).uid, made.uid);
        assert.equal((await get(call, made)).owner, undefined);
        assert.equal((await list(call)).length, 2);
      });

      it("that an earlier release stored counts as used up", async () => {
        const { call, cloud, stateFolder, reopen } = await opened();
        const made = await create(call, { attempt: first });
        await get(call, made);
        await settled(cloud);
        const path = join(stateFolder, file(made));
        const written: unknown = JSON.parse(await readFile(path, "utf8"));
        const { unconfirmed, owner: by, ...record } = recordSchema.parse(written);
        assert.deepEqual([unconfirmed, by], [{ attempt: first }, owner]);
        await writeFile(path, JSON.stringify(record));
        const next = callerOf(await reopen());
        for (const attempt of [first, undefined]) {
          await assertMccError(create(next, { attempt }), "conflict", /belongs to another program/);
        }
        assert.deepEqual((await confirm(next, made)).owner, owner);
      });
    });
  }

  it("an attempt with a call in progress has not ended", async () => {
    const { call, clock, driver } = await opened();
    let goOn = (): void => undefined;
    sinon.stub(driver, "start").returns(new Promise((resolve) => (goOn = () => resolve())));
    const made = await call("instance.create", { clientToken, attempt: first, owner });
    const waiting = call("instance.wait", { instance: made.id, uid: made.uid });
    clock.pass(60_000);
    await assertMccError(
      call("instance.create", { clientToken, attempt: second, owner }),
      "conflict",
      /^Instance 500 \(mcc-500\) is being created by another/,
    );
    goOn();
    sinon.restore();
    assert.equal((await waiting).ready, true);
  });

  it("a key of another owner never changes", async () => {
    const { call } = await opened();
    const made = await call("key.add", { name: "me", publicKey: oneKey, clientToken, attempt: first, owner });
    const other = { name: "me", publicKey: otherKey, attempt: second };
    await assertMccError(call("key.add", { ...other, clientToken }), "conflict", /being created/);
    await assertMccError(call("key.add", { ...other, clientToken: "another-token" }), "conflict", /exists/);
    assert.equal((await call("key.get", { name: "me" })).publicKey, oneKey);
    assert.equal((await call("key.get", { name: "me" })).uid, made.uid);
  });
});

describe("adopting an instance", () => {
  const newCloud = testClouds();
  const adopt = { clientToken: "the-adopters-token", attempt: first ?? "", owner: moved };

  it("assigns it to the resource, with another uid, and with all changes or none", async () => {
    const { cloud } = await newCloud();
    const call = callerOf(cloud);
    const made = await call("instance.create", { name: "db", waitSeconds: 10 });
    const target = { instance: made.id, uid: made.uid };
    await assertMccError(
      call("instance.update", { ...target, keys: ["nobody"], adopt }),
      "not-found",
      /No key/,
    );
    assert.deepEqual(await call("instance.get", target), made);
    const mine = await call("instance.update", { ...target, labels: { a: "b" }, adopt });
    assert.deepEqual([mine.owner, mine.labels, mine.id], [moved, { a: "b" }, made.id]);
    assert.notEqual(mine.uid, made.uid);
    await assertMccError(call("instance.get", target), "not-found", /No instance/);
  });

  it("refuses an instance with an owner until the owner releases it", async () => {
    const { cloud } = await newCloud();
    const call = callerOf(cloud);
    const made = await call("instance.create", { clientToken, attempt: second, owner, waitSeconds: 10 });
    const { id: instance, uid } = made;
    const adopting = (target: object) => call("instance.update", { instance, ...target, adopt });
    await assertMccError(adopting({ uid }), "conflict", /belongs to urn:.*::web.*--release/);
    await call("instance.confirm", { instance, uid, owner });
    await assertMccError(adopting({ uid }), "conflict", /belongs to urn:.*::web/);
    assert.equal((await call("instance.update", { instance, uid, release: true })).owner, undefined);
    assert.deepEqual((await adopting({ uid })).owner, moved);
  });

  it("refuses an instance with another owner in labels of an earlier release", async () => {
    const { cloud } = await newCloud();
    const call = callerOf(cloud);
    const labels = { "minicloud/project": "shop", "minicloud/stack": "prod", "minicloud/resource": "db" };
    const { id: instance } = await call("instance.create", { labels, waitSeconds: 10 });
    const adopting = () => call("instance.update", { instance, adopt });
    await assertMccError(adopting(), "conflict", /belongs to shop\/prod\/db/);
    await call("instance.update", { instance, release: true });
    assert.deepEqual((await adopting()).owner, moved);
  });

  it("accepts an instance that its owner would only forget", async () => {
    const { cloud } = await newCloud();
    const call = callerOf(cloud);
    const retaining = { ...owner, retainOnDelete: true };
    const { id: instance, uid } = await call("instance.create", {
      clientToken,
      attempt: second,
      waitSeconds: 10,
    });
    await call("instance.confirm", { instance, uid, owner: retaining });
    assert.deepEqual((await call("instance.update", { instance, adopt })).owner, moved);
    const [told] = await call("token.list", { clientTokens: [clientToken] });
    assert.deepEqual([told?.spent, told?.released, told?.owner], [true, true, moved]);
  });

  it("continues an earlier attempt, and refuses a confirmed instance", async () => {
    const clock = new HandClock();
    const { cloud } = await newCloud({ clock });
    const call = callerOf(cloud);
    const { id: instance } = await call("instance.create", { waitSeconds: 10 });
    const mine = await call("instance.update", { instance, adopt });
    const again = { ...adopt, attempt: second ?? "" };
    await assertMccError(call("instance.update", { instance, adopt: again }), "conflict", /being created/);
    clock.pass(10_000);
    const taken = await call("instance.update", { instance, adopt: again });
    assert.notEqual(taken.uid, mine.uid);
    await call("instance.confirm", { instance, uid: taken.uid, owner: moved });
    clock.pass(10_000);
    await assertMccError(
      call("instance.update", { instance, adopt }),
      "conflict",
      /recorded in another state/,
    );
  });
});
