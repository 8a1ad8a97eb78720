import assert from "node:assert/strict";
import { someOf } from "../../../cli/parameters/some-of";

describe("a list of names in a sentence", () => {
  it("names up to five of them", () => {
    assert.equal(someOf(["a"]), "a");
    assert.equal(someOf(["a", "b"]), "a and b");
    assert.equal(someOf(["a", "b", "c", "d", "e"]), "a, b, c, d and e");
  });

  it("counts those after the first five", () => {
    assert.equal(someOf(["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e and 1 more");
    assert.equal(someOf(Array.from("abcdefghijkl")), "a, b, c, d, e and 7 more");
  });
});
