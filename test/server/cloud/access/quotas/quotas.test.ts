import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../../protocol/error";
import type {
  MethodName,
  MethodParameters,
  MethodResult,
} from "../../../../../protocol/methods/method-table";
import type { QuotaLimit, QuotaLimits } from "../../../../../protocol/types/quota";
import type { Caller } from "../../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../../server/cloud/cloud";
import { createSimulatedDriver } from "../../../../../server/driver/simulated/driver";
import { createDispatch } from "../../../../../server/methods/calls/dispatch";
import { assertMccError } from "../../../../support/assert-error";
import { captureLog } from "../../../../support/captured-log";
import { callers } from "../../../../support/daemons/accounts";
import { testClouds } from "../../../../support/daemons/test-cloud";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { perTest } from "../../../../support/per-test";

const mebibyte = 1024 * 1024;
const { admin, alice, bob } = callers;
/** Stock types have no disk limit. */
const ownTypes = [{ name: "disk", memoryBytes: 64 * mebibyte, cpus: 0.1, diskBytes: 10 * mebibyte }];

describe("the quota of an account", () => {
  const newCloud = testClouds();
  const newFolder = temporaryFolders();
  const test = perTest(async () => {
    const typesFile = join(await newFolder(), "types.json");
    await mkdir(join(typesFile, ".."), { recursive: true });
    await writeFile(typesFile, JSON.stringify(ownTypes));
    const made = await newCloud({ typesFile });
    await call(admin, "accessToken.add", { name: "alice", role: "user" }, made.cloud);
    return made;
  });

  function call<M extends MethodName>(
    caller: Caller,
    method: M,
    parameters: MethodParameters<M>,
    cloud: Cloud = test().cloud,
  ): Promise<MethodResult<M>> {
    return createDispatch(cloud, captureLog().log)(caller, method, [parameters]) as Promise<MethodResult<M>>;
  }

  const limit = async (limits: QuotaLimits): Promise<void> => {
    await call(admin, "accessToken.setQuota", { name: "alice", limits });
  };
  const run = (parameters: MethodParameters<"instance.create">, caller: Caller = alice) =>
    call(caller, "instance.create", { waitFor: "running", waitSeconds: 10, ...parameters });
  const fleet = async (name: string, count: number, type = "light"): Promise<void> => {
    await call(alice, "fleet.apply", { name, count, type, waitFor: "running" });
    await call(alice, "fleet.wait", { fleet: name });
  };
  const refused = (work: Promise<unknown>, message: RegExp): Promise<MccError> =>
    assertMccError(work, "exhausted", message);
  const names = async (cloud?: Cloud): Promise<string[]> =>
    (await call(alice, "instance.list", {}, cloud)).map(({ name }) => name);

  it("limits the number of instances, and says what they are", async () => {
    await limit({ instances: 3 });
    await run({ name: "web" });
    await run({ name: "db" });
    await call(alice, "instance.stop", { instance: "db" });
    await refused(
      call(alice, "fleet.apply", { name: "load", count: 2 }),
      /^The account "alice" may have 3 instances and has 2: web, db; this fleet needs 2 more\. .*\(mcc set-quota alice\)\.$/,
    );
    assert.deepEqual(await names(), ["web", "db"], "nothing was reserved");
    assert.equal((await call(admin, "server.info", {})).addressPool.free, 6);
    await run({ name: "last" });
    await refused(run({}), /has 3: web, db, last; this instance needs 1 more/);
    await run({ name: "other" }, bob);
    await call(alice, "instance.destroy", { instance: "db" });
    await run({ name: "next" });
  });

  const kinds = [
    {
      limits: { memoryBytes: 128 * mebibyte },
      type: "light",
      free: 2,
      unlimited: "unlimited",
      said: /128 MiB of memory and has 128 MiB: .* \(64 MiB\), .* needs 64 MiB more/,
    },
    {
      limits: { cpus: 1 },
      type: "light",
      free: 2,
      unlimited: "unlimited",
      said: /1 processors and has 1: .* \(0\.5\), .* needs 0\.5 more/,
    },
    {
      limits: { diskBytes: 30 * mebibyte },
      type: "disk",
      free: 3,
      unlimited: "light",
      said: /30 MiB of disk and has 30 MiB: .* needs 10 MiB more/,
    },
    {
      limits: { cpus: 0.3 },
      type: "disk",
      free: 3,
      unlimited: "unlimited",
      said: /0\.3 processors and has 0\.3: /,
    },
  ] as const;

  for (const { limits, type, free, unlimited, said } of kinds) {
    it(`limits ${JSON.stringify(limits)}, and excludes types without that limit`, async () => {
      await limit(limits);
      const noLimit = new RegExp(`the type "${unlimited}" has no limit for that`);
      await refused(run({ type: unlimited }), noLimit);
      for (let made = 0; made < free; made += 1) {
        await run({ type });
      }
      await refused(run({ type }), said);
      await refused(call(alice, "fleet.apply", { name: "load", count: 1, type }), said);
      const [first] = await names();
      await refused(call(alice, "instance.update", { instance: String(first), type: unlimited }), noLimit);
      await call(alice, "instance.destroy", { instance: String(first) });
      await run({ type });
    });
  }

  it("counts a change of the type once", async () => {
    await limit({ memoryBytes: 256 * mebibyte });
    await run({ name: "web", type: "light" });
    await refused(
      call(alice, "instance.update", { instance: "web", type: "small" }),
      /has 64 MiB: web \(64 MiB\); the type "small" needs 448 MiB more/,
    );
    await call(alice, "instance.update", { instance: "web", type: "basic" });
    await refused(run({ type: "light" }), /has 256 MiB: web \(256 MiB\); this instance needs 64 MiB more/);
  });

  it("counts a replaced member of a fleet once, and a growing fleet with what is new", async () => {
    await limit({ instances: 3, memoryBytes: 512 * mebibyte });
    await fleet("load", 3);
    await call(alice, "instance.stop", { instance: "load-2" });
    await call(alice, "fleet.update", { fleet: "load", count: 3 });
    await call(alice, "fleet.wait", { fleet: "load" });
    await refused(
      call(alice, "fleet.update", { fleet: "load", count: 5 }),
      /has 3: .*; this fleet needs 2 more/,
    );
    await refused(call(admin, "fleet.update", { fleet: "load", count: 4 }), /account "alice" may have 3/);
    await refused(
      call(alice, "fleet.apply", { name: "load", count: 3, type: "basic" }),
      /512 MiB of memory and has 192 MiB: .*; this fleet needs 576 MiB more/,
    );
    await fleet("load", 2, "basic");
    assert.deepEqual(await names(), ["load-1", "load-2"]);
  });

  it("lets only one of two requests pass that come at once", async () => {
    await limit({ instances: 3, memoryBytes: 512 * mebibyte });
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 3 }, () => run({ type: "light" })),
      fleet("load", 2),
    ]);
    assert.equal((await names()).length, 3);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "fulfilled" || MccError.hasCode(outcome.reason, "exhausted"));
    }
    const [one, two] = await names();
    const resized = await Promise.allSettled(
      [one, two].map((instance) =>
        call(alice, "instance.update", { instance: String(instance), type: "basic" }),
      ),
    );
    assert.deepEqual(resized.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });

  it("keeps a place until an instance is gone, and gives it back after a failed creation", async () => {
    const { driver } = test();
    await limit({ instances: 1 });
    const { id } = await run({ name: "web" });
    const destroyed = call(alice, "instance.destroy", { instance: id });
    await refused(run({ name: "next" }), /has 1: web/);
    await destroyed;
    driver.create = () => Promise.reject(new MccError("engine", "no"));
    const failed = await call(alice, "instance.create", { name: "next" });
    await assertMccError(call(alice, "instance.wait", { instance: failed.id }), "engine", /no/);
    Reflect.deleteProperty(driver, "create");
    await run({ name: "last" });
  });

  it("applies to openvz.run_instance", async () => {
    await limit({ instances: 0 });
    const dispatch = createDispatch(test().cloud, captureLog().log);
    await assert.rejects(
      Promise.resolve(dispatch(alice, "openvz.run_instance", ["micro", "basic", "", "web"])),
      /may have 0 instances and has none; this instance needs 1 more/,
    );
  });

  it("applies to a container that an admin takes over, which has no TTL", async () => {
    const take = sinon.fake.resolves(undefined);
    const found = {
      engineId: "101",
      status: "running",
      name: "theirs",
      hostname: undefined,
      image: undefined,
      ipAddresses: ["10.0.0.1"],
      description: undefined,
      type: undefined,
    };
    const takesOver = { find: () => Promise.resolve(found), take, giveBack: () => Promise.resolve() };
    const { cloud } = await newCloud({
      loadDriver: (_name, options) => Object.assign(createSimulatedDriver(options), { takesOver }),
    });
    const lead: Caller = { account: "lead", role: "admin" };
    await call(admin, "accessToken.add", { name: "lead", role: "admin" }, cloud);
    for (const [limits, said] of [
      [{ instances: 0 }, /may have 0 instances and has none; this container needs 1 more/],
      [{ instances: 1, memoryBytes: 0 }, /the type "unknown" has no limit for that/],
      [{ instances: 1, maxTtlSeconds: 60 }, /TTLs of 1m at most, and no TTL was asked for/],
    ] as const) {
      const removed: QuotaLimit[] = ["instances", "memoryBytes"];
      await call(admin, "accessToken.setQuota", { name: "lead", removed }, cloud);
      await call(admin, "accessToken.setQuota", { name: "lead", limits }, cloud);
      await refused(call(lead, "instance.takeOver", { container: "101" }, cloud), said);
    }
    assert.equal(take.callCount, 0);
    assert.deepEqual(await call(admin, "instance.list", {}, cloud), []);
  });

  it("refuses a replacement before it takes the owner of what is replaced", async () => {
    const owner = { urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web" };
    const claim = { clientToken: "token-of-web", owner };
    const { uid } = await run({ name: "web", type: "light", attempt: "a".repeat(32), ...claim });
    await call(alice, "instance.confirm", { instance: "web", uid, owner });
    const fleetClaim = {
      clientToken: "token-of-load",
      owner: { urn: owner.urn.replace("Instance", "Fleet") },
    };
    const made = await call(alice, "fleet.apply", { name: "load", count: 1, type: "light", ...fleetClaim });
    await call(alice, "fleet.wait", { fleet: "load" });
    await limit({ instances: 2 });
    const ownersOf = async (): Promise<unknown[]> => [
      (await call(alice, "instance.get", { instance: "web" })).owner,
      (await call(alice, "fleet.get", { fleet: "load" })).owner,
    ];
    const before = await ownersOf();
    await refused(run({ name: "next", replaces: uid, ...claim }), /has 2/);
    const next = { name: "next", count: 1, replaces: made.uid, ...fleetClaim };
    await refused(call(alice, "fleet.apply", next), /has 2/);
    assert.deepEqual(await ownersOf(), before);
    assert.ok(before.every((one) => one !== undefined));
  });

  it("counts what a change of a fleet that is under way will have", async () => {
    const { driver } = test();
    await limit({ memoryBytes: 640 * mebibyte });
    await fleet("load", 2);
    let finish: () => void = () => undefined;
    const resize = sinon.stub(driver, "resize").returns(
      new Promise((resolve) => {
        finish = resolve;
      }),
    );
    await call(alice, "fleet.apply", { name: "load", count: 2, type: "basic", waitFor: "running" });
    await refused(run({ type: "basic" }), /has 512 MiB: load-1 \(256 MiB\), load-2 \(256 MiB\); /);
    await run({ type: "light" });
    finish();
    await call(alice, "fleet.wait", { fleet: "load" });
    resize.restore();
  });

  it("imposes a TTL, and limits those that are given", async () => {
    await limit({ defaultTtlSeconds: 3600 });
    const imposed = await run({ name: "imposed" });
    assert.deepEqual([imposed.ttlSeconds, imposed.ttlImposed], [3600, true]);
    const extended = await call(alice, "instance.extend", { instance: "imposed" });
    assert.deepEqual([extended.ttlSeconds, extended.ttlImposed], [3600, true]);
    assert.equal((await run({ name: "never", noTtl: true })).ttlSeconds, undefined);
    const { lease } = await call(alice, "lease.open", { seconds: 60 });
    assert.equal((await run({ name: "leased", lease })).ttlSeconds, undefined);
    await limit({ maxTtlSeconds: 7200 });
    assert.equal((await run({ name: "also-leased", lease })).ttlSeconds, 7200);
    await fleet("load", 1);
    const { ttlSeconds, ttlImposed } = await call(alice, "fleet.extend", { fleet: "load" });
    assert.deepEqual([ttlSeconds, ttlImposed], [3600, true]);
    const tooLong = /^The account "alice" may have TTLs of 2h at most, and a TTL of 3h was asked for; /;
    const none = /and no TTL was asked for/;
    const [web, load] = [{ instance: "imposed" }, { fleet: "load" }] as const;
    await refused(run({ ttlSeconds: 10_800 }), tooLong);
    await refused(run({ noTtl: true }), none);
    await refused(call(alice, "fleet.apply", { name: "load", count: 1, noTtl: true }), none);
    await assertMccError(run({ noTtl: true, ttlSeconds: 60 }), "invalid", /contradict/);
    await refused(call(alice, "fleet.apply", { name: "load", count: 1, ttlSeconds: 10_800 }), tooLong);
    await refused(call(alice, "instance.extend", { ...web, ttlSeconds: 10_800 }), tooLong);
    await refused(call(alice, "instance.update", { ...web, ttlSeconds: 10_800 }), tooLong);
    await refused(call(alice, "instance.update", { ...web, ttlSeconds: 0 }), none);
    await refused(call(alice, "fleet.extend", { ...load, ttlSeconds: 10_800 }), tooLong);
    await refused(call(alice, "fleet.update", { ...load, ttlSeconds: 0 }), none);
    const given = await call(alice, "instance.extend", { ...web, ttlSeconds: 7200 });
    assert.deepEqual([given.ttlSeconds, given.ttlImposed], [7200, undefined]);
    await call(admin, "accessToken.setQuota", { name: "alice", removed: ["defaultTtlSeconds"] });
    assert.equal((await run({ name: "longest" })).ttlSeconds, 7200);
  });

  it("destroys nothing when it is lowered, and refuses only growth", async () => {
    await run({ name: "web", type: "unlimited" });
    await run({ name: "db" });
    await limit({ instances: 1, memoryBytes: 300 * mebibyte });
    assert.deepEqual(await names(), ["web", "db"]);
    await refused(run({}), /may have 1 instances and has 2/);
    await limit({ instances: 5 });
    await refused(run({}), /has more than can be counted: web \(no limit\), db \(256 MiB\)/);
    const { quota } = await call(alice, "server.info", {});
    assert.deepEqual(quota?.used, { instances: 2 }, "neither memory nor processors nor disk can be counted");
    await call(alice, "instance.update", { instance: "web", type: "large" });
    await call(alice, "instance.update", { instance: "web", type: "light" });
    await refused(run({ type: "light" }), /has 320 MiB/);
  });

  it("is reported by the checks of a replacement", async () => {
    const clientToken = "token-of-web";
    await run({ name: "web", type: "light", clientToken });
    await call(alice, "fleet.apply", { name: "load", count: 1, type: "light", clientToken: "token-of-load" });
    await call(alice, "fleet.wait", { fleet: "load" });
    await limit({ instances: 2, memoryBytes: 128 * mebibyte });
    const same = await call(alice, "instance.check", { clientToken, name: "web", type: "light" });
    const other = await call(alice, "instance.check", { clientToken, name: "web", type: "basic" });
    const more = await call(alice, "fleet.check", {
      clientToken: "token-of-load",
      name: "load",
      count: 2,
      type: "light",
    });
    assert.deepEqual(
      [same, other, more].map(({ problems }) => problems.map(({ parameter }) => parameter)),
      [[], ["type"], ["count", "type"]],
    );
  });

  it("belongs to the account: it stays when the token is rotated or revoked, and for the next daemon", async () => {
    await limit({ instances: 1, cpus: 1.5 });
    await run({ name: "web" });
    await call(admin, "accessToken.rotate", { name: "alice" });
    await call(admin, "accessToken.revoke", { name: "alice" });
    const next = await test().reopen();
    const { quota } = await call(
      admin,
      "accessToken.add",
      { name: "alice", role: "user", limits: { cpus: 2 } },
      next,
    );
    assert.deepEqual(quota, {
      limits: { instances: 1, cpus: 2 },
      used: { instances: 1, memoryBytes: 256 * mebibyte, cpus: 1 },
    });
    await refused(call(alice, "instance.create", {}, next), /has 1: web/);
    const listed = await call(admin, "accessToken.list", {}, next);
    assert.deepEqual(
      listed.map((token) => token.quota),
      [undefined, quota],
    );
    const removed = ["instances", "cpus"] as const;
    const without = await call(admin, "accessToken.setQuota", { name: "alice", removed: [...removed] }, next);
    assert.equal(without.quota, undefined);
    await call(alice, "instance.create", {}, next);
  });

  it("is refused for the local admin, for a name without a token, and if its TTLs contradict each other", async () => {
    const limits = { instances: 1 };
    await assertMccError(
      call(admin, "accessToken.setQuota", { name: "admin", limits }),
      "conflict",
      /has no quota/,
    );
    await assertMccError(
      call(admin, "accessToken.setQuota", { name: "nobody", limits }),
      "not-found",
      /"nobody"/,
    );
    const ttls = { maxTtlSeconds: 60, defaultTtlSeconds: 61 };
    await assertMccError(
      call(admin, "accessToken.setQuota", { name: "alice", limits: ttls }),
      "invalid",
      /longer/,
    );
    await assertMccError(
      call(alice, "accessToken.setQuota", { name: "alice", limits }),
      "forbidden",
      /role admin/,
    );
  });
});
