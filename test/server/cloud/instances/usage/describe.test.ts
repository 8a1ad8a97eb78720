import assert from "node:assert/strict";
import sinon from "sinon";
import { connect } from "../../../../../client/client";
import type { InstanceUsage } from "../../../../../protocol/methods/usage";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import { assertMccError } from "../../../../support/assert-error";
import { inProcessDaemons } from "../../../../support/daemons/in-process-daemon";
import { createReady, testClouds } from "../../../../support/daemons/test-cloud";
import { callRaw } from "../../../../support/wire/wire";

const gibibyte = 1024 ** 3;

describe("what instances use", () => {
  const newDaemon = inProcessDaemons();
  const newCloud = testClouds();

  it("is told with the limits of the type, for those that run", async () => {
    const { client } = await newDaemon();
    const ready = { waitFor: "running", waitSeconds: 10 } as const;
    const { uid } = await client.call("instance.create", { name: "web", type: "light", ...ready });
    await client.call("instance.create", { name: "off", type: "unlimited", ...ready });
    await client.call("instance.stop", { instance: "off" });
    const [web, off, ...more] = await client.call("instance.usage", {});
    assert.deepEqual(more, []);
    const { used, ...rest } = web ?? {};
    const limits = { memoryBytes: 64 * 1024 ** 2, cpus: 0.5, processes: 64 };
    assert.deepEqual(rest, { id: 500, uid, name: "web", status: "running", limits });
    assert.deepEqual(Object.keys(used ?? {}), ["time", "memoryBytes", "cpuSeconds", "processes"]);
    assert.ok(Math.abs(Date.parse(used?.time ?? "") - Date.now()) < 60_000);
    assert.deepEqual([off?.name, off?.status, off?.used, off?.limits], ["off", "stopped", undefined, {}]);
  });

  it("is only of the instances that are named by their labels, fleet, id or name", async () => {
    const { client } = await newDaemon();
    const names = async (filter: object): Promise<string[]> =>
      (await client.call("instance.usage", filter)).map(({ name }) => name).sort();
    await client.call("instance.create", { name: "web", labels: { role: "web" }, waitFor: "running" });
    await client.call("fleet.apply", {
      name: "load",
      count: 2,
      labels: { role: "load" },
      waitFor: "running",
    });
    await client.call("fleet.wait", { fleet: "load" });
    assert.deepEqual(await names({}), ["load-1", "load-2", "web"]);
    assert.deepEqual(await names({ labels: { role: "web" } }), ["web"]);
    assert.deepEqual(await names({ fleet: "load" }), ["load-1", "load-2"]);
    assert.deepEqual(await names({ instance: "web" }), ["web"]);
    assert.deepEqual(await names({ instance: 500 }), ["web"]);
    assert.deepEqual(await names({ instance: "web", fleet: "load" }), []);
    await assertMccError(client.call("instance.usage", { instance: "-" }), "invalid", /instance/);
  });

  it("is told to each role for the instances that it sees in the list", async () => {
    const { client, url } = await newDaemon();
    const clientOf = async (name: string, role: "admin" | "user" | "reader") => {
      const { token } = await client.call("accessToken.add", { name, role });
      return connect({ server: url, token });
    };
    const [ann, bob] = [await clientOf("ann", "user"), await clientOf("bob", "user")];
    const ready = { waitFor: "running", waitSeconds: 10 } as const;
    await client.call("instance.create", { name: "of-admin", ...ready });
    await ann.call("instance.create", { name: "of-ann", ...ready });
    for (const caller of [
      client,
      ann,
      bob,
      await clientOf("board", "reader"),
      await clientOf("two", "admin"),
    ]) {
      const listed = (await caller.call("instance.list", {})).map(({ name }) => name);
      const measured = await caller.call("instance.usage", {});
      assert.deepEqual(
        measured.map(({ name }) => name),
        listed,
      );
      assert.ok(measured.every(({ used }) => used !== undefined));
      caller.close();
    }
  });

  it("has amounts above 32 bits by XML-RPC, and no figure that is not known", async () => {
    const { driver } = await newCloud();
    const daemon = await newDaemon({ loadDriver: () => Promise.resolve(driver) });
    sinon
      .stub(driver, "usage")
      .callsFake((ids) =>
        Promise.resolve(
          ids.map((id) => ({ id, atMs: 1_800_000_000_123, memoryBytes: 5 * gibibyte, processes: undefined })),
        ),
      );
    await daemon.client.call("instance.create", { name: "big", waitFor: "running", waitSeconds: 10 });
    const { token } = daemon.cloud.identity;
    const [big] = (await callRaw({ url: daemon.url, token }, "instance.usage", {
      instance: "big",
    })) as InstanceUsage[];
    const used = { time: "2027-01-15T08:00:00.123Z", memoryBytes: 5 * gibibyte };
    assert.deepEqual(big?.used, used);
    assert.deepEqual((await daemon.client.call("instance.usage", { instance: "big" }))[0]?.used, used);
  });

  it("is not told while the engine does not measure", async () => {
    const { cloud, driver } = await newCloud();
    await createReady(cloud);
    sinon.stub(driver, "usage").rejects(new Error("no cgroups"));
    await assert.rejects(cloud.instances.usage(localAdmin, {}), /no cgroups/);
  });

  it("is measured by one request to the engine for a thousand instances", async () => {
    const { client, cloud } = await newDaemon({ range: { first: "198.18.0.2", last: "198.18.7.254" } });
    await client.call("fleet.apply", { name: "load", count: 1000, waitFor: "running" });
    assert.equal((await client.call("fleet.wait", { fleet: "load", timeoutSeconds: 60 })).done, true);
    const { driver } = cloud["parts"].context;
    const measure = sinon.spy(driver, "usage");
    const found = await client.call("instance.usage", {});
    assert.equal(found.filter(({ used }) => used !== undefined).length, 1000);
    assert.equal(measure.callCount, 1);
    await client.call("instance.usage", { fleet: "load" });
    assert.equal(measure.callCount, 1);
  });
});
