import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as sinon from "sinon";
import { type ErrorCode, MccError } from "../../../../protocol/error";
import type { Instance } from "../../../../protocol/methods/instance";
import { instance } from "../../../../provider/hooks";
import { PartialFailure } from "../../../../provider/hooks/sdk/partial-failure";
import {
  freePort,
  type Handlers,
  type StandInDaemon,
  standInDaemons,
  standInServerId,
} from "../../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../../support/environment";
import { exampleInstance } from "../../../support/example-instance";
import { stackConfig } from "../../../support/pulumi/stack-config";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web";
const ownerLabels = {
  "minicloud/organization": "acme",
  "minicloud/project": "shop",
  "minicloud/stack": "dev",
  "minicloud/resource": "web",
};
const clientToken = "0".repeat(32);
const identity = { ownerUrn, organization: "acme", clientToken };
const inputs = {
  image: "micro",
  type: "basic",
  keys: ["me"],
  name: "web",
  labels: { tier: "front" },
  waitFor: ["ssh"],
  ...identity,
  __provider: "text",
};
const made = exampleInstance({ keys: ["me"], labels: { tier: "front", ...ownerLabels } });
const state = {
  instanceId: 500,
  uid: made.uid,
  serverId: standInServerId,
  name: "web",
  ipAddress: "198.18.0.2",
  hostname: "web",
  status: "running",
  image: "micro",
  type: "basic",
  keys: ["me"],
  labels: { tier: "front" },
  sshHostKey: made.sshHostKey,
  knownHosts: `${made.name},${made.ipAddress} ${made.sshHostKey}\n`,
  simulated: true,
  waitFor: ["ssh"],
  ...identity,
};
/** The state of a new instance, whose program leaves these arguments to the daemon. */
const newState = { ...state, assigned: ["ipAddress", "hostname"] };
const target = { instance: 500, uid: made.uid, serverId: standInServerId };

describe("the hooks of an Instance", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));

  async function connected(handlers: Handlers): Promise<StandInDaemon> {
    const daemon = await startDaemon(handlers);
    await instance.configure(stackConfig({ "minicloud:server": daemon.url, "minicloud:token": "t0ken" }));
    return daemon;
  }

  const creating = (instanceMade: Instance, rest: Handlers = {}): Handlers => ({
    "instance.create": () => ({ ...instanceMade, status: "pending" }),
    "instance.wait": () => ({ ready: true, instance: instanceMade }),
    ...rest,
  });

  function fails(code: ErrorCode, message: string): () => never {
    return () => {
      throw new MccError(code, message);
    };
  }

  describe("an unreachable instance", () => {
    const away = { ...made, status: "unreachable", member: "m2", failure: "m2 is silent." } as const;
    const lost = { ...state, status: "unreachable", placedOn: "m2" };

    it("is read as it is, and never as gone", async () => {
      await connected({ "instance.get": () => away });
      const { id, props } = await instance.read("500", state);
      assert.equal(id, "500");
      assert.deepEqual([props?.status, props?.placedOn], ["unreachable", "m2"]);
    });

    const differences = [
      { now: () => away, changes: false, replaces: [] },
      { now: fails("engine", "the engine is silent"), changes: false, replaces: [] },
      { now: () => ({ ...made, member: "m2" }), changes: true, replaces: [] },
      { now: () => ({ ...made, status: "stopped" as const }), changes: true, replaces: [] },
      { now: () => ({ ...made, status: "failed" as const }), changes: true, replaces: ["status"] },
      { now: fails("not-found", "no instance 500"), changes: true, replaces: ["status"] },
    ];
    it("stays as it is while it is unreachable, and is made again only if it is gone", async () => {
      for (const { now, changes, replaces } of differences) {
        await connected({ "instance.get": now });
        const diff = await instance.diff("500", lost, inputs);
        assert.deepEqual([diff.changes, diff.replaces], [changes, replaces]);
      }
    });

    it("is neither changed nor destroyed in name only", async () => {
      const refusal = fails("unreachable", "Instance 500 (web) is unreachable");
      await connected({ "instance.get": () => away, "instance.wait": refusal, "instance.destroy": refusal });
      const message = /is unreachable/;
      await assert.rejects(instance.update("500", lost, { ...inputs, type: "light" }), { message });
      await assert.rejects(instance.delete("500", lost), { message });
    });
  });

  describe("create", () => {
    it("returns the IPv6 address of an instance that has one, and finds no change later", async () => {
      await connected(creating({ ...made, ipv6Address: "fd00:1234::2" }));
      const { id, outs = {} } = await instance.create(inputs);
      assert.equal(outs.ipv6Address, "fd00:1234::2");
      assert.equal((await instance.diff(id, outs, inputs)).changes, false);
    });

    it("creates an instance and returns its state", async () => {
      const daemon = await connected(creating(made));
      assert.deepEqual(await instance.create(inputs), { id: "500", outs: newState });
      assert.deepEqual(daemon.calls[1]?.parameters, {
        name: "web",
        type: "basic",
        keys: ["me"],
        labels: { tier: "front", ...ownerLabels },
        image: "micro",
        waitFor: ["ssh"],
        clientToken,
        waitSeconds: 2,
      });
      assert.equal(daemon.calls[1].authorization, "Bearer t0ken");
      assert.deepEqual(daemon.methods(), ["instance.create", "instance.wait"]);
    });

    it("applies the current arguments to an instance of an earlier run", async () => {
      const earlier = { ...made, type: "light", keys: [] };
      const daemon = await connected(creating(earlier, { "instance.update": () => made }));
      assert.deepEqual((await instance.create(inputs)).outs, newState);
      assert.deepEqual(daemon.calls.at(-1)?.parameters, {
        ...target,
        name: "web",
        type: "basic",
        keys: ["me"],
        ttlSeconds: 0,
        labels: { tier: "front", ...ownerLabels },
      });
    });

    it("refuses an instance that now belongs to another resource", async () => {
      const labels = { ...made.labels, "minicloud/resource": "www" };
      const daemon = await connected(creating({ ...made, labels }));
      await assert.rejects(instance.create(inputs), {
        message: /now belongs to another resource: .* "www", not "web"/,
      });
      assert.deepEqual(daemon.methods(), ["instance.create"]);
    });

    it("fails with the daemon's error, and records nothing if the daemon destroyed the instance", async () => {
      await connected(
        creating(made, {
          "instance.wait": fails("engine", `The step "start" failed.`),
          "instance.get": fails("not-found", "No instance 500."),
        }),
      );
      await assert.rejects(instance.create(inputs), (error: Error) => {
        assert.equal(error.message, `The step "start" failed.`);
        assert.equal("id" in error, false);
        return true;
      });
    });

    /** The daemon after the wait for the instance failed for another reason than its creation. */
    const stillThere: Record<string, Handlers> = {
      "the token is refused": {
        "instance.wait": fails("unauthenticated", "Wrong token."),
        "instance.get": fails("unauthenticated", "Wrong token."),
      },
      "the daemon has a defect": {
        "instance.wait": fails("internal", "Reference 1."),
        "instance.get": () => ({ ...made, status: "pending" }),
      },
      "the answer is not valid": {
        "instance.wait": () => ({ ready: "perhaps" }),
        "instance.get": () => ({ ...made, status: "pending" }),
      },
    };
    for (const [what, handlers] of Object.entries(stillThere)) {
      it(`records the instance if ${what} during the wait`, async () => {
        await connected(creating(made, handlers));
        await assert.rejects(instance.create(inputs), (error: Error) => {
          assert.ok(error instanceof PartialFailure);
          assert.equal(error.id, "500");
          assert.deepEqual(error.properties, { ...newState, status: "pending", __provider: "text" });
          return true;
        });
      });
    }

    it("records a failed instance that is kept, so that it is replaced", async () => {
      await connected(
        creating(made, {
          "instance.wait": fails("timeout", "It did not get as far as ssh."),
          "instance.get": () => ({ ...made, status: "failed", failure: "It did not get as far as ssh." }),
        }),
      );
      await assert.rejects(instance.create({ ...inputs, keepOnFailure: true }), (error: Error) => {
        assert.ok(error instanceof PartialFailure);
        assert.equal(error.properties.status, "failed");
        return true;
      });
    });

    it("records the existing state if an argument could not be applied", async () => {
      const earlier = { ...made, type: "light" };
      await connected(
        creating(earlier, { "instance.update": fails("engine", "No."), "instance.get": () => earlier }),
      );
      await assert.rejects(instance.create(inputs), (error: Error) => {
        assert.ok(error instanceof PartialFailure);
        assert.deepEqual([error.id, error.message, error.reasons], ["500", "No.", ["No."]]);
        assert.deepEqual(error.properties, { ...newState, type: "light", __provider: "text" });
        return true;
      });
    });
  });

  describe("read", () => {
    it("returns the current state", async () => {
      const now = {
        ...made,
        status: "stopped" as const,
        name: "www",
        labels: { ...ownerLabels, tier: "back" },
      };
      const daemon = await connected({ "instance.get": () => now });
      const changed = { name: "www", labels: { tier: "back" } };
      const { image, type, keys, ipAddress, hostname, waitFor } = state;
      assert.deepEqual(await instance.read("500", state), {
        id: "500",
        props: {
          ...{ ...state, ...changed, status: "stopped" },
          knownHosts: `www,${made.ipAddress} ${made.sshHostKey}\n`,
        },
        inputs: { image, type, keys, ipAddress, hostname, waitFor, ...identity, ...changed },
      });
      assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
    });

    it("finds no change after a create", async () => {
      await connected({ "instance.get": () => made });
      const { props = {}, inputs: readInputs = {} } = await instance.read("500", state);
      const { image, keys, labels, waitFor } = inputs;
      const { inputs: checked = {} } = await instance.check(readInputs, {
        name: "web",
        image,
        keys,
        labels,
        waitFor,
        ...identity,
      });
      assert.deepEqual(checked, readInputs);
      assert.equal((await instance.diff("500", props, checked)).changes, false);
    });

    it("returns exactly the inputs of the create, also for arguments that the program omits", async () => {
      const { __provider, ...given } = inputs;
      for (const createdWith of [given, { ...given, ipAddress: made.ipAddress }]) {
        await connected(creating(made, { "instance.get": () => made }));
        const { id, outs = {} } = await instance.create({ ...createdWith, __provider });
        const { props, inputs: readInputs } = await instance.read(id, outs);
        assert.deepEqual(readInputs, createdWith);
        assert.deepEqual(props, outs);
      }
    });

    it("reports a missing instance", async () => {
      await connected({ "instance.get": fails("not-found", "No instance 500.") });
      assert.deepEqual(await instance.read("500", state), {});
      await connected({ "instance.get": () => ({ ...made, status: "destroying" }) });
      assert.deepEqual(await instance.read("500", state), {});
    });

    it("does not report a missing instance after any other error", async () => {
      await connected({
        "instance.get": fails("conflict", "This is not the server that created instance 500."),
      });
      await assert.rejects(instance.read("500", state), { message: /not the server that created/ });
    });
  });

  describe("update", () => {
    it("applies changes in place", async () => {
      const daemon = await connected({
        "instance.wait": () => ({ ready: true, instance: made }),
        "instance.update": () => ({ ...made, type: "light" }),
      });
      const news = { ...inputs, type: "light", waitFor: ["running"] };
      assert.deepEqual(await instance.update("500", state, news), {
        outs: { ...newState, type: "light", waitFor: ["running"] },
      });
      assert.deepEqual(daemon.calls.at(-1)?.parameters, {
        ...target,
        name: "web",
        type: "light",
        keys: ["me"],
        ttlSeconds: 0,
        labels: { tier: "front", ...ownerLabels },
      });
    });

    it("leaves a TTL alone that a quota imposed, because no argument has it", async () => {
      const imposed = { ...made, ttlSeconds: 3600, ttlImposed: true };
      const daemon = await connected(
        creating(imposed, { "instance.get": () => imposed, "instance.update": () => imposed }),
      );
      const { outs } = await instance.create(inputs);
      assert.deepEqual(outs, newState);
      assert.deepEqual(daemon.methods(), ["instance.create", "instance.wait"]);
      assert.equal((await instance.diff("500", outs, inputs)).changes, false);
      await instance.update("500", state, { ...inputs, type: "light" });
      assert.equal(daemon.calls.at(-1)?.method, "instance.update");
      assert.ok(!("ttlSeconds" in (daemon.calls.at(-1)?.parameters ?? {})));
    });

    it("starts a stopped instance", async () => {
      const daemon = await connected({
        "instance.wait": () => ({ ready: true, instance: made }),
        "instance.update": () => ({ ...made, status: "stopped" }),
        "instance.start": () => made,
      });
      assert.deepEqual(await instance.update("500", { ...state, status: "stopped" }, inputs), {
        outs: newState,
      });
      assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
    });

    it("says what to do if the instance no longer exists", async () => {
      await connected({ "instance.wait": fails("not-found", "No instance 500.") });
      await assert.rejects(instance.update("500", state, inputs), {
        message: /instance 500 \(web\), but it no longer exists .*pulumi refresh/,
      });
    });

    it("passes on the error for a missing key", async () => {
      await connected({
        "instance.wait": () => ({ ready: true, instance: made }),
        "instance.update": fails("not-found", `No key "me".`),
      });
      await assert.rejects(instance.update("500", state, inputs), { message: `No key "me".` });
    });
  });

  describe("delete", () => {
    for (const destroyed of [true, false]) {
      it(`succeeds if the daemon ${destroyed ? "destroyed the instance" : "had nothing to destroy"}`, async () => {
        const daemon = await connected({ "instance.destroy": () => ({ destroyed }) });
        await instance.delete("500", state);
        assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
      });
    }

    it("fails if the daemon does not answer", async () => {
      const port = await freePort();
      await instance.configure(stackConfig({ "minicloud:server": `127.0.0.1:${port}` }));
      await assert.rejects(instance.delete("500", state), { message: /^No MiniCloud daemon answers at/ });
    });
  });

  it("keep the SDK from printing an error that the engine reports", async () => {
    await connected({ "instance.destroy": fails("engine", "No.") });
    const error: unknown = await instance.delete("500", state).catch((reason: unknown) => reason);
    const print = sinon.stub(process.stderr, "write");
    try {
      // @pulumi/pulumi/cmd/dynamic-provider prints errors in this form.
      console.error(`${String(error)}: ${(error as Error).stack}`);
      console.error("something else");
    } finally {
      print.restore();
    }
    assert.deepEqual(
      print.args.map(([text]) => text),
      ["something else\n"],
    );
  });

  it("find the expected print statements in the SDK", async () => {
    const plugin = await readFile(require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "utf8");
    assert.equal(plugin.match(/catch \(e\) \{\s*console\.error\(`\$\{e\}: \$\{e\.stack\}`\);/g)?.length, 4);
  });

  it("report an invalid server address in the first call", async () => {
    await instance.configure(stackConfig({ "minicloud:server": "ftp://x" }));
    await assert.rejects(instance.delete("500", state), (error: Error) =>
      /The server address "ftp:/.test(error.message),
    );
  });
});
