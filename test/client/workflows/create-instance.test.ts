import assert from "node:assert/strict";
import { connect, createInstance, type Instance } from "../../../client";
import { Client } from "../../../client/client";
import { parseServerAddress } from "../../../client/discovery/server-address";
import { MccError } from "../../../protocol/error";
import { assertMccError } from "../../support/assert-error";
import { freePort, type Handlers, standInDaemons } from "../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../support/environment";
import { exampleInstance } from "../../support/example-instance";
import { HandClientTime } from "../../support/time/hand-client-time";

describe("createInstance", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));
  const pending = exampleInstance({ status: "pending" });
  const ready = { ready: true, instance: exampleInstance() };

  /** Pauses of this client take no time. */
  function connectBy(time: HandClientTime, server: string): Client {
    return new Client(parseServerAddress(server), undefined, { time });
  }

  it("waits until the instance is ready", async () => {
    const answers = [{ ready: false, instance: pending }, ready];
    const daemon = await startDaemon({
      "instance.create": () => pending,
      "instance.wait": () => answers.shift(),
    });
    const seen: Instance[] = [];
    const instance = await createInstance(
      connect({ server: daemon.url }),
      {},
      { onPending: (one) => seen.push(one) },
    );
    assert.deepEqual(instance, exampleInstance());
    assert.deepEqual(seen, [pending]);
    assert.deepEqual(daemon.methods(), ["instance.create", "instance.wait", "instance.wait"]);
  });

  it("makes only one call if the answer already has a ready instance", async () => {
    const daemon = await startDaemon({ "instance.create": () => exampleInstance() });
    assert.deepEqual(await createInstance(connect({ server: daemon.url }), {}), exampleInstance());
    assert.deepEqual(daemon.methods(), ["instance.create"]);
  });

  it("reports on request which rung a new instance waits for", async () => {
    const waiting = exampleInstance({ status: "pending", waitingFor: "tcp 80" });
    const answers = [{ ready: false, instance: waiting }, ready];
    const daemon = await startDaemon({
      "instance.create": () => pending,
      "instance.wait": () => answers.shift(),
    });
    const seen: Instance[] = [];
    const client = connect({ server: daemon.url });
    await createInstance(client, {}, { onWaiting: (one) => seen.push(one) });
    assert.deepEqual(seen, [waiting]);
    assert.ok(daemon.calls.at(-1)?.parameters.timeoutSeconds !== undefined, "it does not wait for a minute");
  });

  for (const status of ["pending", "failed"] as const) {
    it(`fails with the error of the creation after an answer with the status ${status}`, async () => {
      const daemon = await startDaemon({
        "instance.create": () => exampleInstance({ status }),
        "instance.wait": () => {
          throw new MccError("engine", `The step "start" failed.`);
        },
      });
      await assertMccError(
        createInstance(connect({ server: daemon.url }), { clientToken: "t".repeat(8) }),
        "engine",
        /start/,
      );
    });
  }

  it("fails at once without a daemon", async () => {
    const client = connect({ server: `127.0.0.1:${await freePort()}` });
    await assertMccError(createInstance(client, { clientToken: "t".repeat(8) }), "unavailable", /refused/);
  });

  it("fails at once if the daemon has another protocol version", async () => {
    const daemon = await startDaemon({ "server.info": () => ({ protocolVersion: 99 }) });
    const client = connect({ server: daemon.url });
    await assertMccError(createInstance(client, { clientToken: "t".repeat(8) }), "unavailable", /version 99/);
  });

  const lossesDuringWait: Record<string, NonNullable<Handlers["instance.wait"]>> = {
    "closes the connection": (_parameters, call) => call.hangUp(),
    "has forgotten the instance": () => {
      throw new MccError("not-found", "No instance 500.");
    },
    "is stopping": () => {
      throw new MccError("unavailable", "The daemon is stopping.");
    },
  };
  for (const [what, lose] of Object.entries(lossesDuringWait)) {
    it(`retries with the same token if the daemon ${what}`, async () => {
      let losses = 2;
      const daemon = await startDaemon({
        "instance.create": () => pending,
        "instance.wait": (parameters, call) => (losses-- > 0 ? lose(parameters, call) : ready),
      });
      const time = new HandClientTime();
      await createInstance(connectBy(time, daemon.url), { clientToken: "the-token" });
      assert.ok(time.pauses >= 1, "it does not ask again at once");
      const creates = daemon.calls.filter(({ method }) => method === "instance.create");
      assert.ok(creates.length >= 2);
      assert.ok(creates.every(({ parameters }) => parameters.clientToken === "the-token"));
    });

    it(`does not retry without a token if the daemon ${what}`, async () => {
      const daemon = await startDaemon({ "instance.create": () => pending, "instance.wait": lose });
      await assertMccError(createInstance(connect({ server: daemon.url }), {}), "unavailable", /./);
      assert.equal(daemon.methods().filter((method) => method === "instance.create").length, 1);
    });
  }

  it("survives a restart of the daemon", async () => {
    const daemon = await startDaemon({ "instance.create": () => pending, "instance.wait": () => ready });
    let away: Promise<unknown> = Promise.resolve();
    daemon.handlers["instance.wait"] = () => {
      daemon.handlers["instance.wait"] = () => ready;
      away = daemon.stop();
      return new Promise(() => undefined);
    };
    const time = new HandClientTime(async (before) => {
      if (before === 1) {
        await away;
        await daemon.start();
      }
    });
    assert.deepEqual(
      await createInstance(connectBy(time, daemon.url), { clientToken: "the-token" }),
      exampleInstance(),
    );
    assert.equal(time.pauses, 2);
  });

  it("retries from its first call if an earlier call of the client reached the daemon", async () => {
    const daemon = await startDaemon({ "instance.create": () => exampleInstance() });
    const time = new HandClientTime(() => daemon.start());
    const client = connectBy(time, daemon.url);
    await client.info();
    await daemon.stop();
    assert.deepEqual(await createInstance(client, { clientToken: "the-token" }), exampleInstance());
    assert.equal(time.pauses, 1);
  });

  it("does not retry if another call of the client has already used its patience", async () => {
    const daemon = await startDaemon();
    const time = new HandClientTime();
    const client = connectBy(time, daemon.url);
    await client.info();
    await daemon.stop();
    const create = (): Promise<unknown> =>
      assertMccError(
        createInstance(client, { clientToken: "the-token" }, { patienceMs: 600 }),
        "unavailable",
        /refused/,
      );
    await create();
    assert.ok(time.passedMs >= 600, "it waits for its full patience");
    const { pauses } = time;
    await create();
    assert.equal(time.pauses, pauses, "it does not wait again");
  });

  it("has its full patience again after the daemon was back for that time", async () => {
    const time = new HandClientTime();
    const lose: NonNullable<Handlers["instance.wait"]> = (_parameters, call) => call.hangUp();
    const loseLater: NonNullable<Handlers["instance.wait"]> = (_parameters, call) => {
      time.pass(1_100);
      call.hangUp();
    };
    const answers = [lose, loseLater, () => ready];
    const daemon = await startDaemon({
      "instance.create": () => pending,
      "instance.wait": (parameters, call) => {
        // The transport sends a lost wait again at once if it used a kept connection.
        const answer = answers[Math.min(creates() - 1, 2)];
        return answer?.(parameters, call);
      },
    });
    const creates = () => daemon.methods().filter((method) => method === "instance.create").length;
    const client = connectBy(time, daemon.url);
    const instance = await createInstance(client, { clientToken: "the-token" }, { patienceMs: 1_000 });
    assert.deepEqual(instance, exampleInstance());
    assert.equal(creates(), 3);
  });
});
