import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { instance } from "../../../provider/hooks";
import { forgetHeldTokens } from "../../../provider/hooks/ownership/held-tokens";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::Web Server";
const clientToken = "0123456789abcdef0123456789abcdef";
const identity = { ownerUrn, clientToken };
const unknown = runtime.unknownValue;

describe("the check of an Instance", () => {
  beforeEach(forgetHeldTokens);
  async function failuresOf(args: Record<string, unknown>): Promise<Record<string, string>> {
    const { failures = [] } = await instance.check({}, { ...args, ...identity });
    return Object.fromEntries(failures.map(({ property, reason }) => [property, reason]));
  }

  it("inserts the defaults", async () => {
    assert.deepEqual(await instance.check({}, { ...identity, __provider: "text" }), {
      inputs: {
        name: "web-server-012345",
        image: "micro",
        type: "basic",
        keys: [],
        labels: {},
        ...identity,
      },
      failures: [],
    });
  });

  it("treats null like an omitted argument", async () => {
    const { inputs, failures } = await instance.check({}, { image: null, name: null, ...identity });
    assert.deepEqual([inputs?.image, inputs?.name, failures], ["micro", "web-server-012345", []]);
  });

  it("accepts one placement, and none for an adopted instance in a group", async () => {
    assert.deepEqual(await failuresOf({ member: "m1" }), {});
    assert.match((await failuresOf({ member: "m1", group: "west" })).group ?? "", /only member or group/);
    assert.match((await failuresOf({ adopt: "web", group: "west" })).group ?? "", /on a member already/);
    assert.match((await failuresOf({ member: "-m1" })).member ?? "", /does not start with/);
  });

  it("reports every mistake at once, by property", async () => {
    const failures = await failuresOf({
      image: "../etc",
      type: 5,
      keys: ["me", "a b"],
      name: "x".repeat(300),
      ipAddress: "198.18.0.999",
      hostname: "-",
      labels: { "minicloud/stack": "x" },
      waitFor: "coffee",
      imgae: "micro",
    });
    assert.deepEqual(Object.keys(failures).sort(), [
      ...["hostname", "image", "imgae", "ipAddress", "keys", "labels", "name", "type", "waitFor"],
    ]);
    assert.match(failures.keys ?? "", /^keys\.1 is "a b": a name has 1 to 63 characters of/);
    assert.match(failures.type ?? "", /^type is 5: expected string$/);
    assert.match(failures.waitFor ?? "", /expected "running", "address", "ssh"/);
    assert.match(failures.imgae ?? "", /^there is no property "imgae"; did you mean image\?$/);
    assert.match(failures.labels ?? "", /"minicloud\/" are reserved for MiniCloud/);
  });

  it("lists all arguments if no name is similar", async () => {
    const { colour = "" } = await failuresOf({ colour: "red" });
    assert.match(colour, /^there is no property "colour"; use one of image, type, keys/);
  });

  it("reports each mistake of one property once", async () => {
    const { failures = [] } = await instance.check(
      {},
      { labels: { "minicloud/x": "1", ok: 5 }, name: "", ipAddress: "1.2", ...identity },
    );
    assert.deepEqual(
      failures.map(({ reason }) => reason.replace(/ has 1 to 63 .*/, " …")),
      [
        "labels.ok is 5: expected string",
        `labels is {"minicloud/x":"1","ok":5}: label keys that start with "minicloud/" are reserved for MiniCloud`,
        'name is "": a name …',
        'ipAddress is "1.2": expected an IPv4 address such as 198.18.0.7',
      ],
    );
  });

  it("accepts unknown values, and reports the errors in the other ones", async () => {
    const args = { ipAddress: unknown, keys: [unknown, unknown], labels: { a: unknown }, waitFor: unknown };
    assert.deepEqual(await failuresOf(args), {});
    assert.deepEqual(Object.keys(await failuresOf({ ...args, keys: [unknown, "a b"], name: "." })).sort(), [
      ...["keys", "name"],
    ]);
    const { inputs } = await instance.check({}, { ...args, ...identity });
    assert.deepEqual([inputs?.ipAddress, inputs?.keys], [unknown, [unknown, unknown]]);
  });

  it("keeps the token, address and host name if they are omitted, and uses the default name again", async () => {
    const olds = {
      clientToken: "f".repeat(32),
      name: "web",
      ipAddress: "198.18.0.7",
      hostname: "www",
      image: "old",
    };
    const { inputs } = await instance.check(olds, identity);
    assert.deepEqual(inputs, {
      name: "web-server-ffffff",
      ipAddress: "198.18.0.7",
      hostname: "www",
      image: "micro",
      type: "basic",
      keys: [],
      labels: {},
      ownerUrn,
      clientToken: "f".repeat(32),
    });
  });

  it("derives a name from every logical name", async () => {
    const names = { "": "mcc", "-_-": "mcc", Ünï: "n", "a::b": "a-b", ["x".repeat(70)]: "x".repeat(56) };
    for (const [logicalName, stem] of Object.entries(names)) {
      const urn = `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::${logicalName}`;
      const { inputs, failures } = await instance.check({}, { clientToken, ownerUrn: urn });
      assert.deepEqual([inputs?.name, failures], [`${stem}-012345`, []]);
    }
  });

  it("converts durations to seconds, and a rung to a list", async () => {
    const { inputs, failures } = await instance.check(
      {},
      { ttl: "1h30m", timeouts: { create: "5m", delete: 30 }, waitFor: { http: "/health" }, ...identity },
    );
    assert.deepEqual(failures, []);
    assert.deepEqual(
      [inputs?.ttl, inputs?.timeouts, inputs?.waitFor],
      [5400, { create: 300, delete: 30 }, [{ http: "/health", port: 80, status: 200 }]],
    );
  });

  it("refuses wrong and overlong durations, and unknown rungs", async () => {
    const failures = await failuresOf({
      ttl: "soon",
      timeouts: { create: "2h", update: 1.5, remove: "1m" },
      waitFor: ["ssh", { noSuchRung: 53 }],
    });
    assert.match(failures.ttl ?? "", /^ttl is "soon": expected a duration such as "45m", "2h"/);
    assert.match(failures.waitFor ?? "", /expected "running", "address", "ssh", \{tcp: port\}/);
    const { failures: all = [] } = await instance.check(
      {},
      { timeouts: { create: "2h", update: 1.5, remove: "1m" }, ...identity },
    );
    assert.deepEqual(
      all.map(({ reason }) => reason.replace(/such as.*/, "…")),
      [
        'timeouts.create is "2h": expected at most 3600',
        "timeouts.update is 1.5: expected a duration …",
        'there is no parameter "remove" in timeouts',
      ],
    );
  });

  it("accepts a script with the line ends of Windows", async () => {
    const { inputs, failures } = await instance.check({}, { userData: "#!/bin/sh\r\ntrue\r\n", ...identity });
    assert.deepEqual([inputs?.userData, failures], ["#!/bin/sh\ntrue\n", []]);
  });

  it("refuses a script that is too large or not a text, and keeps the engine from printing it", async () => {
    for (const userData of ["s3cret".repeat(200_000), "s3cret\0", 5]) {
      const { failures = [] } = await instance.check({}, { userData, ...identity });
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.property, "");
      assert.match(failures[0].reason, /^userData: /);
      assert.doesNotMatch(failures[0].reason, /s3cret/);
    }
  });

  it("refuses a text that is no script, with the way out", async () => {
    for (const [userData, reason] of [
      ["\n  #cloud-config\n  packages: []\n", /^userData: .*cloud-init; write its steps as a script/],
      ["", /^userData: the script is empty; omit userData/],
    ] as const) {
      const { failures = [] } = await instance.check({}, { userData, ...identity });
      assert.equal(failures.length, 1);
      assert.match(failures[0]?.reason ?? "", reason);
    }
  });

  it("sets no defaults for an adopted instance, also after adopt is removed from the program", async () => {
    const adopted = { labels: { a: "b" }, adopt: 512, ...identity };
    const { inputs, failures } = await instance.check({}, { adopt: 512, labels: { a: "b" }, ...identity });
    assert.deepEqual([inputs, failures], [adopted, []]);
    const olds = { ...adopted, image: "debian-12", name: "db", type: "large", keys: ["me"] };
    assert.deepEqual((await instance.check(olds, { labels: { a: "b" }, ...identity })).inputs, {
      ...adopted,
      name: "db",
    });
  });
});
