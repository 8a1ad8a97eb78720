import assert from "node:assert/strict";
import { fleetApplySchema } from "../../../../protocol/methods/fleet";
import { userDataDigest } from "../../../../protocol/methods/values/user-data";
import { isAsWanted, type PlannedMember, planFleet } from "../../../../server/cloud/fleets/plan";
import type { FleetSpec } from "../../../../server/cloud/fleets/record";

type Differences = Partial<PlannedMember["record"]> & Partial<Pick<PlannedMember, "status">>;

describe("the plan of a fleet", () => {
  it("is empty if all members are in the desired state", () => {
    const plan = planFleet(spec({ count: 2 }), [member(2), member(1)]);
    assert.deepEqual(Object.values(plan).flat(), []);
  });

  it("creates missing members at every index", () => {
    const plan = planFleet(spec({ count: 4 }), [member(3), member(1)]);
    assert.deepEqual(plan.missing, [2, 4]);
  });

  it("destroys members beyond the count, whatever their state is", () => {
    const members = [member(4, { image: "other" }), member(1), member(3, { status: "stopped" }), member(2)];
    const plan = planFleet(spec({ count: 2 }), members);
    assert.deepEqual(plan.surplus.map(indexOf), [3, 4]);
    assert.deepEqual([...plan.down, ...plan.different], []);
  });

  it("replaces no member for an empty script that is left out", () => {
    const members = [member(1, { userDataDigest: userDataDigest("") })];
    assert.deepEqual(
      Object.values(planFleet(spec({ count: 1, userDataDigest: undefined }), members)).flat(),
      [],
    );
  });

  for (const status of ["stopped", "failed", "destroying"] as const) {
    it(`replaces a member that is ${status}`, () => {
      const plan = planFleet(spec({ count: 2 }), [member(1), member(2, { status })]);
      assert.deepEqual(plan.down.map(indexOf), [2]);
    });
  }

  const made: [string, Partial<FleetSpec>][] = [
    ["image", { image: "other" }],
    ["userData", { userDataDigest: "new" }],
    ["isolation", { isolate: "fleet" }],
    ["address", { addresses: ["198.18.0.1", "198.18.0.9"] }],
  ];
  for (const [what, change] of made) {
    it(`replaces members that have another ${what}`, () => {
      const plan = planFleet(spec({ count: 2, ...change }), [member(1), member(2)]);
      assert.ok(plan.different.map(indexOf).includes(2));
      assert.deepEqual(plan.outdated, []);
    });
  }

  const set: [string, Partial<FleetSpec>][] = [
    ["type", { type: "large" }],
    ["keys", { keys: ["me"] }],
    ["labels", { labels: { owner: "me" } }],
  ];
  for (const [what, change] of set) {
    it(`changes ${what} in place`, () => {
      const wanted = spec({ count: 1, ...change });
      const plan = planFleet(wanted, [member(1)]);
      assert.deepEqual(plan.outdated.map(indexOf), [1]);
      assert.deepEqual(plan.different, []);
      assert.equal(isAsWanted(wanted, member(1)), false);
    });
  }

  it("ignores the order of keys and labels", () => {
    const wanted = spec({ count: 1, keys: ["a", "b"], labels: { c: "1", d: "2" } });
    const plan = planFleet(wanted, [member(1, { keys: ["b", "a"], labels: { d: "2", c: "1" } })]);
    assert.deepEqual(Object.values(plan).flat(), []);
  });
});

function spec(properties: Partial<FleetSpec> & { count: number }): FleetSpec {
  return { ...fleetApplySchema.parse({ name: "web", count: properties.count }), ...properties };
}

function member(index: number, { status = "running", ...record }: Differences = {}): PlannedMember {
  const ipAddress = `198.18.0.${index}`;
  const fleet = { name: "web", index };
  return {
    status,
    record: { image: "micro", type: "basic", keys: [], labels: {}, ipAddress, fleet, ...record },
  };
}

function indexOf({ record }: PlannedMember): number | undefined {
  return record.fleet?.index;
}
