import assert from "node:assert/strict";
import sinon from "sinon";
import { captureLog } from "../../support/captured-log";
import { adminDispatch } from "../../support/daemons/admin-dispatch";
import { testClouds } from "../../support/daemons/test-cloud";

describe("instance.listForeign", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  it("lists foreign containers, with characters that XML can contain", async () => {
    const { cloud, driver } = await newCloud();
    const dispatch = adminDispatch(cloud, captureLog().log);
    assert.deepEqual(await dispatch("instance.listForeign", []), []);
    const nothing = { name: undefined, hostname: undefined, image: undefined };
    sinon
      .stub(driver, "foreign")
      .resolves([
        { engineId: "101", status: "running", ...nothing, name: "a\u0007b", ipAddresses: ["10.0.0.7"] },
      ]);
    assert.deepEqual(await dispatch("instance.listForeign", [{}]), [
      { engineId: "101", status: "running", ...nothing, name: "a\ufffdb", ipAddresses: ["10.0.0.7"] },
    ]);
  });
});
