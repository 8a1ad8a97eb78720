import assert from "node:assert/strict";
import { casesOf } from "../../fuzz/cases";

describe("the cases of a seed", () => {
  const indices = Array.from({ length: 50 }, (_, index) => index);

  it("are the same for the same seed, in any order", () => {
    const inOrder = indices.map(casesOf(7, "token"));
    const backwards = indices.toReversed().map(casesOf(7, "token")).toReversed();
    assert.deepEqual(inOrder, backwards);
  });

  it("differ from each other, and from those of another seed", () => {
    const requests = [7, 8].flatMap((seed) =>
      indices.map((index) => casesOf(seed, "token")(index).request.toString("hex")),
    );
    // Few of the short calls are equal by chance.
    assert.ok(new Set(requests).size > requests.length * 0.8, String(new Set(requests).size));
  });
});
