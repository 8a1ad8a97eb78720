import assert from "node:assert/strict";
import type { Fleet } from "../../../../protocol/methods/fleet";
import { assertMccError } from "../../../support/assert-error";
import { type InProcessDaemon, inProcessDaemons } from "../../../support/daemons/in-process-daemon";
import { eventually } from "../../../support/time/eventually";
import { callRaw } from "../../../support/wire/wire";

const simulatedMembers = ["m1", "m2", "m3"].map((name) => ({ name, group: "default" }));
const range = { first: "198.18.0.2", last: "198.18.0.30" };

describe("a fleet with unreachable hosts, on the wire", function () {
  this.timeout(60_000);
  const newDaemon = inProcessDaemons();

  /** Starts a daemon with the fleet web, whose host web-2 is on m2 and does not answer. */
  async function withFleet(): Promise<InProcessDaemon & { before: Fleet }> {
    const daemon = await newDaemon({ simulatedMembers, range });
    const before = await apply(daemon, { count: 3 });
    assert.deepEqual(
      before.members.map(({ member }) => member),
      ["m1", "m2", "m3"],
    );
    await daemon.client.call("member.simulate", { member: "m2", state: "offline" });
    return { ...daemon, before };
  }

  async function apply({ client }: InProcessDaemon, wanted: object & { count: number }): Promise<Fleet> {
    await client.call("fleet.apply", { name: "web", ...wanted });
    for (;;) {
      const { done } = await client.call("fleet.wait", { fleet: "web" });
      if (done) {
        return await client.call("fleet.get", { fleet: "web" });
      }
    }
  }

  const identities = ({ members }: Fleet): [number, string][] =>
    members.map(({ id, status }) => [id, status]);

  it("is degraded, and names them; old clients get statuses that they know", async () => {
    const { client, url, cloud } = await withFleet();
    const fleet = await client.call("fleet.get", { fleet: "web" });
    assert.equal(fleet.status, "degraded");
    assert.deepEqual(fleet.counts, { wanted: 3, ready: 2, pending: 0, failed: 1 });
    assert.match(
      fleet.failure ?? "",
      /^1 of 3 hosts are unreachable, .*: web-2 \(on m2\)\. They can still run/,
    );
    const old = { url, token: cloud.identity.token };
    const { members } = (await callRaw(old, "fleet.get", { fleet: "web" })) as Fleet;
    assert.deepEqual(
      members.map(({ status }) => status),
      ["running", "stopped", "running"],
    );
  });

  it("is healed as far as it is gone, and no host is made twice", async () => {
    const { client, cloud, url, before, environment } = await withFleet();
    const daemon = { client, cloud, url, environment };
    await client.call("instance.stop", { instance: "web-1", graceSeconds: 0 });
    const healed = await apply(daemon, { count: 3 });
    assert.deepEqual(
      identities(healed).map(([, status]) => status),
      ["running", "unreachable", "running"],
    );
    const [, kept] = before.members;
    assert.equal(healed.members[1]?.id, kept?.id);
    assert.notEqual(healed.members[0]?.id, before.members[0]?.id);
    assert.notEqual(healed.members[0]?.member, "m2");
    assert.deepEqual(identities(await apply(daemon, { count: 3 })), identities(healed));
    const grown = await apply(daemon, { count: 5 });
    assert.deepEqual(grown.counts, { wanted: 5, ready: 4, pending: 0, failed: 1 });
    await client.call("member.simulate", { member: "m2", state: "online" });
    assert.equal((await client.call("fleet.get", { fleet: "web" })).status, "ready");
  });

  it("is created again in the place of a member that was removed by force", async () => {
    const { before, ...daemon } = await withFleet();
    await daemon.client.call("member.simulate", { member: "m2", state: "removed" });
    const healed = await apply(daemon, { count: 3 });
    assert.equal(healed.status, "ready");
    assert.notEqual(healed.members[1]?.id, before.members[1]?.id);
    assert.equal(healed.members[1]?.ipAddress, before.members[1]?.ipAddress);
  });

  it("changes all others, and says which host could not be changed", async () => {
    const { before, ...daemon } = await withFleet();
    const change = { count: 5, userData: "#!/bin/sh\ntrue\n" };
    await assertMccError(
      apply(daemon, change),
      "unreachable",
      /was not changed: 1 of 5 members failed: web-2: Instance \d+ \(web-2\) is unreachable: .*Everything else is done/,
    );
    const fleet = await daemon.client.call("fleet.get", { fleet: "web" });
    assert.deepEqual(fleet.counts, { wanted: 5, ready: 4, pending: 0, failed: 1 });
    assert.equal(fleet.members[1]?.id, before.members[1]?.id);
    assert.notEqual(fleet.members[0]?.id, before.members[0]?.id);
    await daemon.client.call("member.simulate", { member: "m2", state: "online" });
    assert.equal((await apply(daemon, change)).status, "ready");
  });

  it("loses a surplus host when its member is back", async () => {
    const daemon = await withFleet();
    await assertMccError(apply(daemon, { count: 1 }), "unreachable", /web-2: .*not destroyed yet/);
    const names = async (): Promise<string[]> =>
      (await daemon.client.call("fleet.get", { fleet: "web" })).members.map(({ name }) => name);
    assert.deepEqual(await names(), ["web-1", "web-2"]);
    await daemon.client.call("member.simulate", { member: "m2", state: "online" });
    await eventually(async () => (await names()).length === 1, "the host is destroyed");
    assert.equal((await apply(daemon, { count: 1 })).status, "ready");
  });

  it("is destroyed when the member is back, and not reported as destroyed before", async () => {
    const { client } = await withFleet();
    await assertMccError(
      client.call("fleet.destroy", { fleet: "web" }),
      "unreachable",
      /web-2: .*not destroyed/,
    );
    const left = await client.call("fleet.get", { fleet: "web" });
    assert.equal(left.status, "failed");
    assert.deepEqual(
      left.members.map(({ name, status }) => [name, status]),
      [["web-2", "unreachable"]],
    );
    await client.call("member.simulate", { member: "m2", state: "online" });
    await eventually(
      async () => (await client.call("fleet.list", {})).length === 0,
      "the fleet is destroyed",
    );
    assert.deepEqual(await client.call("instance.list", {}), []);
  });
});
