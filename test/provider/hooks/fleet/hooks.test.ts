import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sinon from "sinon";
import { systemTime } from "../../../../client/time";
import { type ErrorCode, MccError } from "../../../../protocol/error";
import { fleet } from "../../../../provider/hooks";
import { PartialFailure } from "../../../../provider/hooks/sdk/partial-failure";
import {
  type Handlers,
  type StandInDaemon,
  standInDaemons,
  standInServerId,
} from "../../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../../support/environment";
import { exampleFleet } from "../../../support/example-fleet";
import { exampleInstance } from "../../../support/example-instance";
import { stackConfig } from "../../../support/pulumi/stack-config";
import { HandClientTime } from "../../../support/time/hand-client-time";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Fleet::web";
const clientToken = "0".repeat(32);
const ownerLabels = { "minicloud/project": "shop", "minicloud/stack": "dev", "minicloud/resource": "web" };
const userData = "#!/bin/sh\ntrue\n";
const inputs = {
  count: 2,
  namePrefix: "web",
  image: "micro",
  type: "basic",
  keys: ["me"],
  labels: { tier: "front" },
  userData,
  ttl: 7200,
  waitFor: ["ssh"],
  ownerUrn,
  clientToken,
  __provider: "text",
};
const made = exampleFleet({
  keys: ["me"],
  labels: { tier: "front", ...ownerLabels },
  ttlSeconds: 7200,
  userDataDigest: createHash("sha256").update(userData).digest("hex"),
});
const target = { fleet: "web", uid: made.uid };

describe("the hooks of a Fleet", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({
    MCC_SERVER: undefined,
    MCC_TOKEN: undefined,
    MCC_JUMP_HOST: undefined,
    MCC_RUNTIME_DIR: "/nonexistent",
  }));

  let time = new HandClientTime();
  beforeEach(() => {
    time = new HandClientTime();
    sinon.stub(systemTime, "now").callsFake(() => time.now());
    sinon.stub(systemTime, "pause").callsFake((milliseconds) => time.pause(milliseconds));
  });
  afterEach(() => sinon.restore());

  function fails(code: ErrorCode, message: string): () => never {
    return () => {
      throw new MccError(code, message);
    };
  }
  const missing = fails("not-found", `No fleet "web".`);

  /** Starts a daemon that has no fleet before the first fleet.apply. */
  async function connected(handlers: Handlers, earlier?: typeof made): Promise<StandInDaemon> {
    let known = earlier;
    const daemon = await startDaemon({
      "fleet.apply": () => {
        known ??= made;
        return { ...known, status: "applying" };
      },
      "fleet.wait": () => ({ done: true, fleet: made }),
      "fleet.get": () => known ?? missing(),
      ...handlers,
    });
    await fleet.configure(stackConfig({ "minicloud:server": daemon.url }));
    return daemon;
  }

  /** Returns the state after a create. */
  async function stateMade(): Promise<Record<string, unknown>> {
    await connected({});
    return (await fleet.create(inputs)).outs ?? {};
  }

  describe("create", () => {
    it("returns the IPv6 addresses of the members that have one", async () => {
      const [first, ...others] = made.members;
      assert.ok(first);
      let isApplied = false;
      await connected({
        "fleet.apply": () => {
          isApplied = true;
          return { ...made, status: "applying" };
        },
        "fleet.get": () =>
          isApplied
            ? { ...made, members: [{ ...first, ipv6Address: "fd00:1234::2" }, ...others] }
            : missing(),
      });
      const { outs = {} } = await fleet.create(inputs);
      const hosts = outs.instances as { ipv6Address?: string }[];
      assert.deepEqual(
        hosts.map(({ ipv6Address }) => ipv6Address),
        ["fd00:1234::2", undefined],
      );
    });

    it("applies, waits, and returns the members with their SSH configuration", async () => {
      const daemon = await connected({});
      const { id, outs = {} } = await fleet.create(inputs);
      assert.equal(id, "web");
      assert.deepEqual(outs.instances, [
        {
          instanceId: 500,
          name: "web-1",
          ipAddress: "198.18.0.2",
          hostname: "web-1",
          sshHostKey: "ssh-ed25519 AAAA1",
        },
        {
          instanceId: 501,
          name: "web-2",
          ipAddress: "198.18.0.3",
          hostname: "web-2",
          sshHostKey: "ssh-ed25519 AAAA2",
        },
      ]);
      assert.deepEqual(outs.ipAddresses, ["198.18.0.2", "198.18.0.3"]);
      assert.match(String(outs.sshConfig), /^Host web-2 198\.18\.0\.3$/m);
      assert.match(String(outs.inventory), /^ {8}"web-1":$/m);
      assert.equal(
        outs.knownHosts,
        "web-1,198.18.0.2 ssh-ed25519 AAAA1\nweb-2,198.18.0.3 ssh-ed25519 AAAA2\n",
      );
      assert.deepEqual([outs.status, outs.unhealthy, outs.ttl, outs.userData], ["ready", 0, 7200, userData]);
      assert.deepEqual(daemon.methods(), ["fleet.get", "fleet.apply", "fleet.wait", "fleet.get"]);
      assert.deepEqual(daemon.calls.find(({ method }) => method === "fleet.apply")?.parameters, {
        name: "web",
        count: 2,
        image: "micro",
        type: "basic",
        keys: ["me"],
        waitFor: ["ssh"],
        labels: { tier: "front", ...ownerLabels },
        userData,
        ttlSeconds: 7200,
        clientToken,
      });
      assert.equal((await fleet.diff(id, outs, inputs)).changes, false);
    });

    it("has no ttl if a quota imposed one, because no argument has it", async () => {
      await connected({ "fleet.get": () => ({ ...made, ttlImposed: true }) }, made);
      const without = { ...inputs, ttl: undefined };
      const { outs = {} } = await fleet.create(without);
      assert.equal(outs.ttl, undefined);
      assert.equal((await fleet.diff("web", outs, without)).changes, false);
    });

    it("leads through the jump host of the configuration, or of the environment", async () => {
      const ways: [configured: string, environment: string, way: string][] = [
        ["me@vm", "", "ProxyCommand ssh -W %h:%p -o RemoteCommand=none -l me vm"],
        ["me@vm", "gate", "ProxyCommand ssh -W %h:%p -o RemoteCommand=none gate"],
        ["me@vm", "none", "ProxyCommand none"],
      ];
      for (const [configured, environment, way] of ways) {
        const daemon = await connected({});
        process.env.MCC_JUMP_HOST = environment;
        const config = { "minicloud:server": daemon.url, "minicloud:jumpHost": configured };
        await fleet.configure(stackConfig(config));
        const { outs = {} } = await fleet.create(inputs);
        assert.ok(String(outs.sshConfig).includes(`  ${way}\n`), String(outs.sshConfig));
        assert.ok(String(outs.inventory).includes(way.replace(" ", "=")), String(outs.inventory));
      }
    });

    it("refuses a jump host that is none before it makes anything", async () => {
      const daemon = await connected({});
      process.env.MCC_JUMP_HOST = "a; b";
      await fleet.configure(stackConfig({ "minicloud:server": daemon.url }));
      await assert.rejects(fleet.create(inputs), { message: /The jump host is "a; b", but must be/ });
      assert.deepEqual(daemon.methods(), []);
    });

    it("refuses a fleet of this name that belongs to another resource, and does not change it", async () => {
      const labels = { ...ownerLabels, "minicloud/stack": "prod" };
      const daemon = await connected({}, exampleFleet({ labels }));
      await assert.rejects(fleet.create(inputs), {
        message:
          /fleet "web" already exists .* label minicloud\/stack is "prod", not "dev".*mcc destroy-fleet web/,
      });
      assert.deepEqual(daemon.methods(), ["fleet.get"]);
    });

    it("fails with the daemon's error, and records nothing if the daemon destroyed the fleet", async () => {
      await connected({ "fleet.wait": fails("engine", "web-2: no."), "fleet.get": missing });
      await assert.rejects(fleet.create(inputs), (error: Error) => {
        assert.equal(error.message, "web-2: no.");
        assert.equal("id" in error, false);
        return true;
      });
    });

    it("records a failed fleet that is kept", async () => {
      const counts = { wanted: 2, ready: 1, pending: 0, failed: 1 };
      const failed = { ...made, status: "failed" as const, counts };
      const daemon = await connected({
        "fleet.wait": fails("engine", "web-2: no."),
        "fleet.apply": () => {
          daemon.handlers["fleet.get"] = () => failed;
          return failed;
        },
      });
      await assert.rejects(fleet.create({ ...inputs, keepOnFailure: true }), (error: Error) => {
        assert.ok(error instanceof PartialFailure);
        assert.deepEqual([error.id, error.reasons], ["web", ["web-2: no."]]);
        assert.deepEqual(
          [error.properties.unhealthy, error.properties.uid, error.properties.__provider],
          [1, made.uid, "text"],
        );
        return true;
      });
    });

    it("leaves it to the daemon to destroy a slow fleet and to name the rung", async () => {
      const daemon = await connected({
        "fleet.wait": fails(
          "timeout",
          'web-2: 198.18.0.3 did not get as far as "tcp 5432". The fleet was destroyed; raise timeouts.create.',
        ),
      });
      daemon.handlers["fleet.apply"] = () => {
        daemon.handlers["fleet.get"] = missing;
        return made;
      };
      await assert.rejects(fleet.create({ ...inputs, timeouts: { create: 1 } }), {
        message:
          'web-2: 198.18.0.3 did not get as far as "tcp 5432". The fleet was destroyed; raise timeouts.create.',
      });
      assert.ok(!daemon.methods().includes("fleet.destroy"));
    });

    it("destroys a fleet that is not ready in time, and reports its progress", async () => {
      const counts = { wanted: 2, ready: 1, pending: 1, failed: 0 };
      const daemon = await connected({
        "fleet.wait": () => {
          time.pass(1000);
          return { done: false, fleet: { ...made, counts } };
        },
        "fleet.destroy": () => ({ destroyed: 2 }),
        "instance.list": () => [
          exampleInstance({ status: "pending", waitingFor: "tcp 5432", fleet: { name: "web", index: 1 } }),
          exampleInstance({ status: "pending", waitingFor: "ssh", fleet: { name: "other", index: 1 } }),
        ],
      });
      await assert.rejects(fleet.create({ ...inputs, timeouts: { create: 1 } }), (error: Error) => {
        assert.match(
          error.message,
          /"web" has only 1 of 2 members ready after 1 s: 1 wait for tcp 5432\. The fleet was destroyed; raise/,
        );
        assert.equal("id" in error, false);
        return true;
      });
      assert.deepEqual(daemon.calls.at(-1)?.parameters, target);
      assert.equal(daemon.methods().at(-1), "fleet.destroy");
      // One second is the timeout. In the next three, the daemon can report its own timeout first.
      assert.equal(daemon.methods().filter((method) => method === "fleet.wait").length, 4);
    });
  });

  describe("create, if the daemon is lost or fails", () => {
    const counts = { wanted: 2, ready: 1, pending: 1, failed: 0 };
    const unready = { done: false, fleet: { ...made, counts } };

    /** Asserts that the recorded state is sufficient to destroy the fleet. */
    async function recordedAfter(words: RegExp): Promise<void> {
      const create = fleet.create({ ...inputs, timeouts: { create: 1 } });
      const error: unknown = await create.catch((reason: unknown) => reason);
      assert.ok(error instanceof PartialFailure);
      assert.match(error.message, words);
      assert.deepEqual([error.id, error.properties.uid, error.properties.instances], ["web", made.uid, []]);
      const daemon = await connected({ "fleet.destroy": () => ({ destroyed: 2 }) });
      await fleet.delete("web", error.properties);
      assert.deepEqual(daemon.calls.at(-1)?.parameters, { ...target, serverId: standInServerId });
    }

    it("records a fleet that could not be destroyed", async () => {
      const daemon = await connected({
        "fleet.wait": () => {
          time.pass(1000);
          return unready;
        },
        "fleet.destroy": fails("engine", "The disk is full."),
        "instance.list": () => [],
      });
      daemon.handlers["fleet.apply"] = () => {
        daemon.handlers["fleet.get"] = fails("engine", "The disk is full.");
        return { ...made, counts };
      };
      await recordedAfter(/ready after 1 s\. Destroying the fleet also failed: The disk is full\./);
    });

    it("records a fleet that the daemon reported before the connection was lost", async () => {
      const daemon = await connected({ "fleet.wait": () => daemon.stop() });
      await recordedAfter(/No MiniCloud daemon answers/);
      assert.equal(time.passedMs, 60_000, "all of the client's patience");
    });
  });

  describe("read", () => {
    it("finds no change after a create", async () => {
      const state = await stateMade();
      const { props = {}, inputs: readInputs = {} } = await fleet.read("web", state);
      assert.deepEqual(props, state);
      assert.deepEqual({ ...readInputs, __provider: inputs.__provider }, inputs);
      assert.equal((await fleet.diff("web", props, inputs)).changes, false);
    });

    it("finds failed members and a changed script", async () => {
      const state = await stateMade();
      const counts = { wanted: 2, ready: 1, pending: 0, failed: 1 };
      const [one] = made.members;
      await connected({}, { ...made, status: "degraded", counts, members: one === undefined ? [] : [one] });
      const { props = {} } = await fleet.read("web", state);
      assert.deepEqual([props.status, props.unhealthy, props.ipAddresses], ["degraded", 1, ["198.18.0.2"]]);
      assert.equal((await fleet.diff("web", props, inputs)).changes, true);

      await connected({}, { ...made, userDataDigest: "0".repeat(64) });
      const changed = await fleet.read("web", state);
      assert.equal((await fleet.diff("web", changed.props ?? {}, inputs)).changes, true);
    });

    it("reports a missing fleet, and passes on every other error", async () => {
      const state = await stateMade();
      await connected({});
      assert.deepEqual(await fleet.read("web", state), {});
      await connected({ "fleet.get": fails("conflict", "This is not the server that created it.") });
      await assert.rejects(fleet.read("web", state), { message: /not the server that created/ });
    });
  });

  it("apply an update only to the created fleet", async () => {
    const state = await stateMade();
    const daemon = await connected({}, made);
    await fleet.update("web", state, { ...inputs, count: 5, maxUnavailable: 1 });
    const { uid, serverId, count, maxUnavailable } =
      daemon.calls.find(({ method }) => method === "fleet.apply")?.parameters ?? {};
    assert.deepEqual([uid, serverId, count, maxUnavailable], [made.uid, standInServerId, 5, 1]);
  });

  it("tell a missing image from a missing fleet in an update", async () => {
    const state = await stateMade();
    await connected({ "fleet.apply": fails("not-found", 'No image "micor".') }, made);
    await assert.rejects(fleet.update("web", state, { ...inputs, image: "micor" }), {
      message: 'No image "micor".',
    });
    await connected({ "fleet.get": missing });
    await assert.rejects(fleet.update("web", state, inputs), {
      message: /no longer exists .*pulumi refresh/,
    });
  });

  it("refuse an unknown image in the check, before members are replaced", async () => {
    await connected({ "image.list": () => [{ name: "micro", sizeBytes: 0, createdAt: made.createdAt }] });
    const { failures } = await fleet.check(inputs, { ...inputs, image: "micor" });
    assert.deepEqual(failures, [
      { property: "image", reason: 'there is no image "micor" on the server; it has micro' },
    ]);
    await fleet.configure(stackConfig({ "minicloud:server": "http://127.0.0.1:9" }));
    assert.deepEqual((await fleet.check(inputs, { ...inputs, image: "micor" })).failures, []);
  });

  it("record the state of the fleet after a failed update", async () => {
    const state = await stateMade();
    await connected({ "fleet.wait": fails("engine", "web-3: no.") }, made);
    await assert.rejects(fleet.update("web", state, { ...inputs, count: 3 }), (error: Error) => {
      assert.ok(error instanceof PartialFailure);
      assert.deepEqual([error.id, error.properties.count], ["web", 2]);
      return true;
    });
  });

  it("destroy the created fleet in a delete", async () => {
    const state = await stateMade();
    const daemon = await connected({ "fleet.destroy": () => ({ destroyed: 0 }) });
    await fleet.delete("web", state);
    assert.deepEqual(daemon.calls.at(-1)?.parameters, { ...target, serverId: standInServerId });
  });
});
