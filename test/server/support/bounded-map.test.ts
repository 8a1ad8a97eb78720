import assert from "node:assert/strict";
import { BoundedMap } from "../../../server/support/bounded-map";

describe("a bounded map", () => {
  it("removes the oldest entry at its limit", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1).set("b", 2).set("c", 3);
    assert.deepEqual(
      [...map],
      [
        ["b", 2],
        ["c", 3],
      ],
    );
  });

  it("removes nothing when an existing key gets a new value", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1).set("b", 2).set("b", 3);
    assert.deepEqual(
      [...map],
      [
        ["a", 1],
        ["b", 3],
      ],
    );
  });
});
