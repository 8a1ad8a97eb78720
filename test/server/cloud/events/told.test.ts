import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import type { MinicloudEvent } from "../../../../protocol/methods/event";
import type { Driver } from "../../../../server/driver/driver";
import { loadDriver } from "../../../../server/driver/load";
import { type InProcessDaemon, inProcessDaemons } from "../../../support/daemons/in-process-daemon";
import { eventually } from "../../../support/time/eventually";

const made = { waitFor: "running", waitSeconds: 10 } as const;

async function driverWithoutBridge(...given: Parameters<typeof loadDriver>): Promise<Driver> {
  const driver = await loadDriver(...given);
  sinon.stub(driver, "start").rejects(new MccError("engine", "no such bridge"));
  return driver;
}

describe("what happens to instances and fleets", () => {
  const newDaemon = inProcessDaemons();

  async function story(
    act: (daemon: InProcessDaemon) => Promise<unknown>,
    options: Parameters<ReturnType<typeof inProcessDaemons>>[0] = {},
  ): Promise<{ kinds: string[]; events: MinicloudEvent[] }> {
    const daemon = await newDaemon(options);
    await act(daemon);
    const events = await daemon.client.call("event.list", {});
    return {
      events,
      kinds: events.map(({ kind, instance, fleet }) => `${kind} ${instance?.name ?? fleet ?? ""}`),
    };
  }

  it("is told from the create to the destroy", async () => {
    const { kinds } = await story(async ({ client }) => {
      const { id } = await client.call("instance.create", { name: "web", ttlSeconds: 3600, ...made });
      await client.call("instance.stop", { instance: id });
      await client.call("instance.stop", { instance: id });
      await client.call("instance.start", { instance: id });
      await client.call("instance.start", { instance: id });
      await client.call("instance.extend", { instance: id });
      await client.call("instance.destroy", { instance: id });
    });
    assert.deepEqual(
      kinds,
      ["created", "ready", "stopped", "ready", "extended", "destroyed"].map((kind) => `${kind} web`),
    );
  });

  it("is told of a host that went down by itself, and not of one that a client stops or destroys", async () => {
    const { kinds, events } = await story(async ({ client }) => {
      const { id } = await client.call("instance.create", { name: "web", ...made });
      await client.call("instance.exec", { instance: id, command: ["poweroff"] });
      await client.call("instance.destroy", { instance: id });
    });
    assert.deepEqual(kinds, ["created web", "ready web", "died web", "destroyed web"]);
    assert.match(events[2]?.reason ?? "", /shut down from inside, or killed/);
  });

  it("is told of a creation that failed, with the reason", async () => {
    const { kinds, events } = await story(
      async ({ client }) => {
        await assert.rejects(client.call("instance.create", { name: "web", ...made }), { code: "engine" });
      },
      { loadDriver: driverWithoutBridge },
    );
    assert.deepEqual(kinds, ["created web", "failed web", "destroyed web"]);
    assert.match(events[1]?.reason ?? "", /step "start" failed: no such bridge/);
  });

  it("is told of a member of the cluster that does not answer, comes back, and is removed", async () => {
    const { kinds, events } = await story(
      async ({ client }) => {
        await client.call("instance.create", { name: "web", member: "m1", ...made });
        for (const state of ["offline", "online", "removed"] as const) {
          await client.call("member.simulate", { member: "m1", state });
          await client.call("instance.list", {});
          await client.call("instance.list", {});
        }
      },
      { simulatedMembers: ["m1", "m2"].map((name) => ({ name, group: "default" })) },
    );
    assert.deepEqual(kinds, [
      "created web",
      "ready web",
      "unreachable web",
      "reachable web",
      "died web",
      "failed web",
    ]);
    assert.match(events[2]?.reason ?? "", /m1.* does not answer/);
    assert.match(events[5]?.reason ?? "", /no longer lists/);
  });

  it("is told of a fleet and its members", async () => {
    const { kinds } = await story(async ({ client }) => {
      await client.call("fleet.apply", { name: "load", count: 1, image: "micro", ttlSeconds: 1 });
      await client.call("fleet.wait", { fleet: "load", timeoutSeconds: 30 });
      await client.call("fleet.extend", { fleet: "load" });
      await eventually(
        async () => (await client.call("fleet.list", {})).length === 0,
        "the fleet has expired",
      );
    });
    assert.deepEqual(kinds, [
      "created load-1",
      "ready load-1",
      "extended load",
      "expired load",
      "destroyed load-1",
    ]);
  });

  it("is told of an instance that was started ahead from its claim on", async () => {
    const { kinds } = await story(
      async ({ client }) => {
        await eventually(
          async () => (await client.call("pool.list", {}))[0]?.ready === 1,
          "the pool is full",
        );
        await client.call("instance.create", { name: "web", ...made });
      },
      { warm: { micro: 1 } },
    );
    assert.deepEqual(kinds, ["created web", "claimed web", "ready web"]);
  });
});
