import assert from "node:assert/strict";
import { methodTable } from "../../../../protocol/methods/method-table";
import { assertMccError } from "../../../support/assert-error";
import { type CapturedLog, captureLog } from "../../../support/captured-log";
import { type AdminDispatch, adminDispatch } from "../../../support/daemons/admin-dispatch";
import { testClouds } from "../../../support/daemons/test-cloud";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me@here";

describe("the methods", () => {
  const newCloud = testClouds();
  let dispatch: AdminDispatch;
  let captured: CapturedLog;

  beforeEach(async () => {
    captured = captureLog();
    const { cloud } = await newCloud();
    dispatch = adminDispatch(cloud, captured.log);
  });

  it("create, change and remove an instance, a key and an image", async () => {
    const story: [string, object, RegExp][] = [
      ["server.info", {}, /"driver":"simulated".*"simulated":true/],
      ["type.list", {}, /"name":"basic"/],
      ["image.import", { name: "own", path: __filename }, /"name":"own"/],
      ["image.list", {}, /"name":"micro".*"name":"own"/],
      ["image.remove", { name: "own" }, /"removed":true/],
      ["image.uploadCancel", { upload: "0".repeat(32) }, /"cancelled":false/],
      ["key.add", { name: "me", publicKey }, /"fingerprint":"SHA256:/],
      ["key.get", { name: "me" }, /"name":"me"/],
      ["key.list", {}, /^\[.*"name":"me"/],
      ["key.update", { name: "me", publicKey: `${publicKey} again` }, /again/],
      ["instance.create", { name: "web", keys: ["me"], waitFor: "running" }, /"id":500.*"name":"web"/],
      ["instance.wait", { instance: 500 }, /"ready":true.*"status":"running"/],
      ["instance.get", { instance: "web" }, /"id":500/],
      ["instance.list", {}, /^\[.*"id":500/],
      ["instance.usage", { instance: "web" }, /^\[\{"id":500,.*"used":\{"time":".*"limits":\{"memoryBytes":/],
      ["instance.check", { ipAddress: "198.18.0.2", clientToken: "0".repeat(32) }, /"problems":\[\]/],
      ["instance.listForeign", {}, /^\[\]$/],
      ["instance.exec", { instance: "web", command: ["echo", "hi"] }, /"exitCode":0/],
      ["instance.execStart", { instance: "web", command: ["true"] }, /"exec":"[0-9a-f]{32}"/],
      ["instance.execEnd", { exec: "0".repeat(32) }, /"ended":false/],
      ["instance.update", { instance: "web", name: "www", labels: { a: "b" } }, /"name":"www".*"a":"b"/],
      ["instance.extend", { instance: "www", ttlSeconds: 60 }, /"ttlSeconds":60,"expiresAt":"/],
      ["instance.stop", { instance: "www" }, /"status":"stopped"/],
      ["instance.start", { instance: "www" }, /"status":"running"/],
      ["instance.restart", { instance: "www" }, /"status":"running"/],
      ["key.remove", { name: "me" }, /"removed":true/],
      ["instance.destroy", { instance: 500 }, /"destroyed":true/],
      ["instance.destroy", { instance: 500 }, /"destroyed":false/],
      ["fleet.apply", { name: "load", count: 2, ttlSeconds: 60 }, /"wanted":2.*"ttlSeconds":60/],
      ["fleet.wait", { fleet: "load" }, /"done":true.*"status":"ready".*"ready":2/],
      ["fleet.get", { fleet: "load" }, /"members":\[.*"index":2/],
      ["fleet.check", { name: "load", count: 2, clientToken: "0".repeat(32) }, /"problems":\[\]/],
      ["fleet.list", {}, /^\[.*"name":"load"/],
      ["fleet.extend", { fleet: "load", ttlSeconds: 90 }, /"ttlSeconds":90,"expiresAt":"/],
      ["fleet.update", { fleet: "load", ttlSeconds: 0 }, /"counts":\{"wanted":2/],
      ["fleet.destroy", { fleet: "load" }, /"destroyed":2/],
      ["accessToken.add", { name: "ci", role: "user" }, /"name":"ci","role":"user".*"token":"[\w-]{43}"/],
      ["accessToken.rotate", { name: "ci" }, /"rotatedAt":".*"token":"[\w-]{43}"/],
      ["accessToken.setCertificate", { name: "ci" }, /^\{"name":"ci","role":"user".*\}$/],
      [
        "accessToken.setQuota",
        { name: "ci", limits: { instances: 3 } },
        /"quota":\{"limits":\{"instances":3\},"used":\{"instances":0,/,
      ],
      ["audit.list", {}, /^\[\]$/],
      ["event.list", { limit: 2 }, /^\[\{"id":"\w+-\d+","time":"[^"]+","kind":"/],
      ["pool.set", { image: "micro", size: 0 }, /^\{"image":"micro","size":0,"ready":0\}$/],
      ["pool.list", {}, /^\[\]$/],
      ["accessToken.list", {}, /"name":"admin".*"name":"ci"/],
      ["accessToken.revoke", { name: "ci" }, /"revoked":true/],
    ];
    for (const [method, parameters, result] of story) {
      assert.match(JSON.stringify(await dispatch(method, [parameters])), result, method);
    }
    await assertMccError(
      dispatch("member.simulate", [{ member: "m1", state: "offline" }]),
      "invalid",
      /This daemon has no simulated members/,
    );
    await assertMccError(dispatch("instance.takeOver", [{ container: "101" }]), "forbidden", /openvz driver/);
    await assertMccError(dispatch("instance.log", [{ instance: 500 }]), "not-found", /No instance 500/);
    const { lease } = (await dispatch("lease.open", [])) as { lease: string };
    assert.deepEqual(await dispatch("lease.renew", [{ lease }]), { seconds: 8 });
    assert.deepEqual(await dispatch("lease.end", [{ lease }]), { destroyed: 0 });
    const confirmed = { uid: "0".repeat(32), owner: { urn: "urn:pulumi:dev::shop::a:b:C::web" } };
    await assertMccError(
      dispatch("instance.confirm", [{ instance: 500, ...confirmed }]),
      "not-found",
      /No inst/,
    );
    await assertMccError(
      dispatch("fleet.confirm", [{ fleet: "load", ...confirmed }]),
      "not-found",
      /No fleet/,
    );
    await assertMccError(dispatch("key.confirm", [{ name: "me", ...confirmed }]), "not-found", /No key/);
    assert.deepEqual(await dispatch("token.list", [{ clientTokens: ["a-token-of-nothing"] }]), []);
    for (const method of ["instance.execRead", "instance.execWrite"]) {
      const parameters = { exec: "0".repeat(32), after: 0, offset: 0 };
      const { after, offset, ...target } = parameters;
      const own = method === "instance.execRead" ? { after } : { offset };
      await assertMccError(dispatch(method, [{ ...target, ...own }]), "not-found", /follows no command/);
    }
    const { upload } = (await dispatch("image.uploadStart", [{ name: "own", sizeBytes: 1 }])) as {
      upload: string;
    };
    await dispatch("image.uploadWrite", [{ upload, offset: 0, data: "YQ==" }]);
    assert.match(JSON.stringify(await dispatch("image.uploadEnd", [{ upload }])), /"name":"own"/);
    const apart = [
      ...["image.uploadStart", "image.uploadWrite", "image.uploadEnd"],
      ...["instance.execRead", "instance.execWrite"],
      ...["instance.takeOver", "instance.log", "lease.open", "lease.renew", "lease.end"],
      ...["instance.confirm", "fleet.confirm", "key.confirm", "token.list", "member.simulate"],
    ];
    const called = [...story.map(([method]) => method), ...apart];
    assert.deepEqual(new Set(called), new Set(Object.keys(methodTable)));
  });

  it("need no struct if all its members are optional", async () => {
    assert.ok(Array.isArray(await dispatch("instance.list", [])));
  });

  const mistakes: [string, unknown[], RegExp][] = [
    ["instance.create", [{ nmae: "web" }], /^instance\.create: there is no parameter "nmae"/],
    ["instance.create", [{ ipAddress: "x" }], /^instance\.create: ipAddress is "x"/],
    ["instance.create", [{ ttlSeconds: "soon" }], /^instance\.create: ttlSeconds is "soon": expected number/],
    [
      "instance.extend",
      [{ instance: 5, ttlSeconds: 0 }],
      /^instance\.extend: ttlSeconds is 0: a ttl is at least 1 second/,
    ],
    ["instance.get", [], /^instance\.get: instance is missing/],
    ["instance.get", ["web"], /^instance\.get: the value is "web": expected object/],
    [
      "instance.get",
      [{ instance: 500 }, {}],
      /^instance\.get takes one struct, and the call has 2 parameters/,
    ],
    ["system.methodHelp", [], /^system\.methodHelp: .*one parameter, the name/],
    ["system.methodHelp", [7], /^system\.methodHelp: 0 is 7: expected string/],
    ["system.listMethods", ["x"], /^system\.listMethods: .*no parameters/],
  ];
  for (const [method, parameters, message] of mistakes) {
    it(`report the error in ${JSON.stringify(parameters)} for ${method}`, async () => {
      await assertMccError(dispatch(method, parameters), "invalid", message);
    });
  }

  const unknown: [string, RegExp][] = [
    ["instance.creat", /"instance\.creat"\. Did you mean instance\.create/],
    ["Instance.Create", /Did you mean instance\.create/],
    ["image.delete", /system\.listMethods/],
    ["constructor", /^There is no method "constructor"\. system\.listMethods/],
    ["__proto__", /^There is no method "__proto__"/],
    ["x".repeat(100_000), /^There is no method "x{64}"/],
    ["a\u0007b", /^There is no method "a\ufffdb"/],
  ];
  for (const [method, message] of unknown) {
    it(`refuse the unknown ${JSON.stringify(method.slice(0, 20))}`, async () => {
      await assertMccError(dispatch(method, []), "not-found", message);
    });
  }

  it("log one line for each call, with its subject, duration and outcome", async () => {
    await dispatch("instance.create", [{ name: "web", waitFor: "running" }]);
    await assert.rejects(dispatch("instance.get", [{ instance: 999 }]));
    await assert.rejects(dispatch("x".repeat(1000), []));
    const calls = captured.lines.filter(({ msg }) => msg === "call");
    assert.deepEqual(
      calls.map(({ method, instance, name, outcome }) => ({ method, instance, name, outcome })),
      [
        { method: "instance.create", instance: undefined, name: "web", outcome: "ok" },
        { method: "instance.get", instance: 999, name: undefined, outcome: "not-found" },
        { method: "x".repeat(64), instance: undefined, name: undefined, outcome: "not-found" },
      ],
    );
    assert.ok(calls.every(({ ms }) => typeof ms === "number"));
  });

  it("log renewals of leases only at the level debug", async () => {
    const { lease } = (await dispatch("lease.open", [])) as { lease: string };
    await dispatch("lease.renew", [{ lease }]);
    const levels = captured.lines.filter(({ method }) => method === "lease.renew").map(({ level }) => level);
    assert.ok(
      levels.every((level) => level === 20),
      levels.join(" "),
    );
    await assert.rejects(dispatch("lease.renew", [{ lease: "0".repeat(32) }]));
    assert.equal(captured.lines.at(-1)?.level, 30);
  });

  it("log neither keys nor a command's input", async () => {
    await dispatch("key.add", [{ name: "me", publicKey }]);
    const secret = "c2VjcmV0IHNlY3JldA";
    await assert.rejects(dispatch("key.add", [{ name: "you", publicKey: `-----BEGIN ${secret}` }]));
    await assert.rejects(
      dispatch("instance.exec", [{ instance: 500, command: [secret], stdin: `${secret}==` }]),
    );
    await assert.rejects(
      dispatch("instance.exec", [{ instance: 500, command: secret, stdin: `${secret}?` }]),
    );
    const logged = JSON.stringify(captured.lines);
    assert.ok(!logged.includes(secret) && !logged.includes("AAAAC3Nza"), logged);
  });
});
