import assert from "node:assert/strict";
import {
  foreignLabel,
  logicalName,
  ownerLabels,
  withoutOwnerLabels,
} from "../../../../provider/hooks/ownership/owner";

const ownerUrn = "urn:pulumi:dev::shop::my:Comp$pulumi-nodejs:dynamic/minicloud:Instance::web::1";

describe("the labels that say whose a host is", () => {
  it("are those of the URN, whose last part may have the separator in it", () => {
    assert.deepEqual(ownerLabels({ ownerUrn, organization: undefined }), {
      "minicloud/project": "shop",
      "minicloud/stack": "dev",
      "minicloud/resource": "web::1",
    });
    assert.equal(logicalName(ownerUrn), "web::1");
    assert.equal(ownerLabels({ ownerUrn, organization: "acme" })["minicloud/organization"], "acme");
  });

  it("are values that a label can have", () => {
    const labels = ownerLabels({ ownerUrn: `${ownerUrn}\n${"x".repeat(300)}`, organization: undefined });
    assert.equal(labels["minicloud/resource"]?.length, 255);
    assert.match(labels["minicloud/resource"] ?? "", /^web::1\?x+$/);
  });

  it("are told from the user's own", () => {
    assert.deepEqual(withoutOwnerLabels({ "minicloud/stack": "dev", minicloud: "a", tier: "web" }), {
      minicloud: "a",
      tier: "web",
    });
  });

  it("show the first that is another's, and never the organization, which came later", () => {
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
