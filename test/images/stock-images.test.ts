import assert from "node:assert/strict";
import { buildStockImage, stockImages } from "../../images/stock-images";
import { assertMccError } from "../support/assert-error";

describe("the stock images", () => {
  it("are listed in the error for an unknown name", async () => {
    assert.ok(stockImages.includes("micro"));
    await assertMccError(
      buildStockImage("nano", "/nonexistent/nano.tar", {}),
      "invalid",
      new RegExp(`^There is no stock image "nano"; use one of ${stockImages.join(", ")}, `),
    );
  });
});
