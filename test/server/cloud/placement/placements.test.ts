import assert from "node:assert/strict";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { type InProcessDaemon, inProcessDaemons } from "../../../support/daemons/in-process-daemon";
import { eventually } from "../../../support/time/eventually";

const simulatedMembers = [
  { name: "m1", group: "east" },
  { name: "m2", group: "west" },
  { name: "m3", group: "west" },
];

describe("the placement of instances, on the wire", () => {
  const newDaemon = inProcessDaemons();

  async function membersOf({ client }: InProcessDaemon): Promise<(string | undefined)[]> {
    const instances = await client.call("instance.list", {});
    return instances.map(({ member }) => member).sort();
  }

  it("spreads over the members, and follows member and group", async () => {
    const { client, url, ...daemon } = await newDaemon({ simulatedMembers });
    assert.ok(await client.can("placement"));
    for (let count = 0; count < 3; count += 1) {
      await client.call("instance.create", { waitSeconds: 10 });
    }
    assert.deepEqual(await membersOf({ client, url, ...daemon }), ["m1", "m2", "m3"]);
    const placed = await client.call("instance.create", { name: "db", member: "m2", waitSeconds: 10 });
    assert.equal(placed.member, "m2");
    const grouped = await client.call("instance.create", { group: "west", waitSeconds: 10 });
    assert.equal(grouped.member, "m3", "the member of the group with the fewest");
    await client.call("fleet.apply", { name: "web", count: 2, member: "m1" });
    await client.call("fleet.wait", { fleet: "web" });
    const { members } = await client.call("fleet.get", { fleet: "web" });
    assert.deepEqual(
      members.map(({ member }) => member),
      ["m1", "m1"],
    );
  });

  it("shows the members with the instances that the caller may see", async () => {
    const daemon = await newDaemon({ simulatedMembers });
    await daemon.client.call("instance.create", { member: "m2", waitSeconds: 10 });
    const members = await daemon.client.call("member.simulate", { member: "m3", state: "evacuated" });
    assert.deepEqual(members, [
      { name: "m1", state: "online", groups: ["east"], instances: 0 },
      { name: "m2", state: "online", groups: ["west"], instances: 1 },
      { name: "m3", state: "evacuated", groups: ["west"], instances: 0 },
    ]);
    assert.deepEqual(daemon.cloud.info(localAdmin).members, members);
    const user = { account: "ci", role: "user" } as const;
    assert.deepEqual(
      daemon.cloud.info(user).members?.map(({ instances }) => instances),
      [0, 0, 0],
    );
  });

  it("refuses what the cluster does not have before anything changes", async () => {
    const { client, cloud } = await newDaemon({ simulatedMembers });
    const refusals: [object, Parameters<typeof assertMccError>[1], RegExp][] = [
      [{ member: "m9" }, "not-found", /The cluster has no member "m9"; its members are m1, m2, m3\./],
      [{ group: "north" }, "not-found", /in the group "north"; the groups are east, west\./],
      [{ member: "m1", group: "east" }, "invalid", /give only one of them/],
      [{ member: "../m1" }, "invalid", /member is "\.\.\/m1"/],
    ];
    for (const [placement, code, message] of refusals) {
      await assertMccError(client.call("instance.create", placement), code, message);
      await assertMccError(
        client.call("fleet.apply", { name: "web", count: 2, ...placement }),
        code,
        message,
      );
    }
    await client.call("member.simulate", { member: "m1", state: "offline" });
    await assertMccError(
      client.call("instance.create", { group: "east" }),
      "unreachable",
      /No member of the cluster can take the instance: "m1" is offline\./,
    );
    await assertMccError(
      client.call("fleet.apply", { name: "web", count: 2, member: "m1" }),
      "unreachable",
      /"m1" is offline/,
    );
    await client.call("member.simulate", { member: "m1", state: "evacuated" });
    await assertMccError(client.call("instance.create", { member: "m1" }), "conflict", /"m1" is evacuated/);
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await client.call("fleet.list", {}), []);
    const { free, size } = cloud.info(localAdmin).addressPool;
    assert.equal(free, size);
  });

  it("is refused by a driver with one machine, which announces no members", async () => {
    const { client } = await newDaemon();
    assert.ok(!(await client.can("placement")));
    assert.equal((await client.info()).members, undefined);
    for (const placement of [{ member: "m1" }, { group: "east" }]) {
      await assertMccError(
        client.call("instance.create", placement),
        "invalid",
        /driver has one machine, and (member|group) is "\w+"/,
      );
    }
  });

  it("replaces the members of a fleet if it changes, and none if it is dropped", async () => {
    const { client } = await newDaemon({ simulatedMembers });
    const apply = async (placement: object): Promise<[number, string | undefined][]> => {
      await client.call("fleet.apply", { name: "web", count: 2, ...placement });
      await client.call("fleet.wait", { fleet: "web" });
      const { members, status } = await client.call("fleet.get", { fleet: "web" });
      assert.equal(status, "ready");
      return members.map(({ id, member }) => [id, member]);
    };
    const first = await apply({ member: "m1" });
    assert.deepEqual(await apply({ member: "m1" }), first);
    assert.deepEqual(await apply({}), first);
    const second = await apply({ group: "west" });
    assert.deepEqual(second.map(([, member]) => member).sort(), ["m2", "m3"]);
    assert.ok(second.every(([id]) => first.every(([earlier]) => earlier !== id)));
  });

  it("tells before a replacement whether it is possible", async () => {
    const { client } = await newDaemon({ simulatedMembers });
    const clientToken = "token-0001";
    await client.call("instance.create", { clientToken, member: "m1", waitSeconds: 10 });
    const { problems } = await client.call("instance.check", { clientToken, member: "m9" });
    assert.deepEqual(
      problems.map(({ parameter }) => parameter),
      ["member"],
    );
    await assertMccError(
      client.call("instance.create", { clientToken, member: "m2" }),
      "conflict",
      /created instance 500 \(mcc-500\) already, with member m1, not m2/,
    );
  });

  it("lets a create claim an instance that was started ahead only if that is where it may be", async () => {
    const { client } = await newDaemon({ simulatedMembers, warm: { micro: 3 } });
    const isFull = async (): Promise<boolean> => (await client.call("pool.list", {}))[0]?.ready === 3;
    await eventually(isFull, "an instance is started ahead on each member");
    const onM3 = await client.call("instance.create", { member: "m3", waitSeconds: 10 });
    assert.equal(onM3.member, "m3");
    assert.ok(onM3.id < 503, "it was started ahead");
    await client.call("member.simulate", { member: "m1", state: "offline" });
    const [one, other] = [
      await client.call("instance.create", { waitSeconds: 10 }),
      await client.call("instance.create", { group: "west", waitSeconds: 10 }),
    ];
    assert.deepEqual(
      [one, other].map(({ status }) => status),
      ["running", "running"],
    );
    assert.ok([one, other].every(({ member }) => member !== "m1"));
    await client.call("member.simulate", { member: "m1", state: "online" });
    await eventually(isFull, "the pool is full again");
  });
});
