import assert from "node:assert/strict";
import { ownerKeys } from "../../../../protocol/methods/values/owner";
import { isolationOf, networkGroupOf, requireIsolable } from "../../../../server/cloud/network/network-group";
import { assertMccError } from "../../../support/assert-error";

describe("the instances that an instance reaches", () => {
  const labels = { [ownerKeys.project]: "shop", [ownerKeys.stack]: "dev" };
  const other = { ...labels, [ownerKeys.stack]: "prod" };

  it("are those of its account", () => {
    assert.equal(networkGroupOf({ account: "admin", labels }), undefined);
    assert.equal(
      networkGroupOf({ account: "ann", labels }),
      networkGroupOf({ account: "ann", labels: other }),
    );
    assert.notEqual(networkGroupOf({ account: "ann", labels }), networkGroupOf({ account: "bob", labels }));
  });

  it("are those of its stack, or of its fleet, if it is isolated", () => {
    const groups = [
      networkGroupOf({ account: "admin", labels, isolate: "stack" }),
      networkGroupOf({ account: "admin", labels: other, isolate: "stack" }),
      networkGroupOf({ account: "ann", labels, isolate: "stack" }),
      networkGroupOf({ account: "ann", labels, isolate: "fleet", fleetUid: "1" }),
      networkGroupOf({ account: "ann", labels, isolate: "fleet", fleetUid: "2" }),
      networkGroupOf({ account: "ann", labels }),
    ];
    assert.equal(new Set(groups).size, groups.length);
    assert.deepEqual(groups.map(isolationOf), ["stack", "stack", "stack", "fleet", "fleet", undefined]);
    const same = networkGroupOf({ account: "ann", labels: { ...labels, role: "db" }, isolate: "stack" });
    assert.equal(same, groups[2]);
  });

  it("cannot be chosen without labels of a stack, or with a driver that cannot isolate", async () => {
    const refuse = async (work: () => void): Promise<void> => {
      await Promise.resolve();
      work();
    };
    requireIsolable({ labels: {} }, { isolates: false });
    requireIsolable({ labels, isolate: "stack" }, { isolates: true });
    requireIsolable({ labels: {}, isolate: "fleet" }, { isolates: true });
    await assertMccError(
      refuse(() => requireIsolable({ labels: {}, isolate: "stack" }, { isolates: true })),
      "invalid",
      /minicloud\/stack/,
    );
    await assertMccError(
      refuse(() => requireIsolable({ labels, isolate: "stack" }, { isolates: false })),
      "invalid",
      /cannot isolate/,
    );
  });
});
