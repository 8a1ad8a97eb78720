import assert from "node:assert/strict";
import {
  foreignLabel,
  logicalName,
  ownerLabels,
  withoutOwnerLabels,
} from "../../../../provider/hooks/ownership/owner";

const ownerUrn = "urn:pulumi:dev::shop::my:Comp$pulumi-nodejs:dynamic/minicloud:Instance::web::1";

describe("the owner labels of a host", () => {
  it("come from the URN, whose last part can contain the separator", () => {
    assert.deepEqual(ownerLabels({ ownerUrn, organization: undefined }), {
      "minicloud/project": "shop",
      "minicloud/stack": "dev",
      "minicloud/resource": "web::1",
    });
    assert.equal(logicalName(ownerUrn), "web::1");
    assert.equal(ownerLabels({ ownerUrn, organization: "acme" })["minicloud/organization"], "acme");
  });

  it("have valid values", () => {
    const labels = ownerLabels({ ownerUrn: `${ownerUrn}\n${"x".repeat(300)}`, organization: undefined });
    assert.equal(labels["minicloud/resource"]?.length, 255);
    assert.match(labels["minicloud/resource"] ?? "", /^web::1\?x+$/);
  });

  it("are separated from the user's labels", () => {
    assert.deepEqual(withoutOwnerLabels({ "minicloud/stack": "dev", minicloud: "a", tier: "web" }), {
      minicloud: "a",
      tier: "web",
    });
  });

  it("show another owner by the first different label, but ignore the organization", () => {
    const own = ownerLabels({ ownerUrn, organization: undefined });
    const owner = { ownerUrn, organization: "acme" };
    assert.equal(foreignLabel({ ...own, tier: "web" }, owner), undefined);
    assert.equal(foreignLabel({ ...own, "minicloud/organization": "other" }, owner), undefined);
    assert.deepEqual(foreignLabel({ ...own, "minicloud/stack": "prod" }, owner), {
      key: "minicloud/stack",
      wanted: "dev",
      found: "prod",
    });
    assert.equal(foreignLabel({}, owner)?.found, undefined);
    assert.equal(foreignLabel({}, owner)?.key, "minicloud/project");
  });
});
