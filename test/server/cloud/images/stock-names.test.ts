import assert from "node:assert/strict";
import { stockImages } from "../../../../images/stock-images";
import { isStockName } from "../../../../server/cloud/images/stock-names";

describe("the names of stock images", () => {
  it("are all that mcc build-image builds", () => {
    assert.deepEqual(
      stockImages.filter((name) => !isStockName(name)),
      [],
    );
    assert.equal(isStockName("micro-of-alice"), false);
  });
});
