import assert from "node:assert/strict";
import { shortList } from "../../../cli/output/short-list";

describe("a list of names in a sentence", () => {
  it("contains up to five names", () => {
    assert.equal(shortList(["a"]), "a");
    assert.equal(shortList(["a", "b"]), "a and b");
    assert.equal(shortList(["a", "b", "c", "d", "e"]), "a, b, c, d and e");
  });

  it("counts the names after the fifth", () => {
    assert.equal(shortList(["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e and 1 more");
    assert.equal(shortList(Array.from("abcdefghijkl")), "a, b, c, d, e and 7 more");
  });
});
