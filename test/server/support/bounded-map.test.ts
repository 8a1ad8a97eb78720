import assert from "node:assert/strict";
import { BoundedMap } from "../../../server/support/bounded-map";

describe("a bounded map", () => {
  it("forgets the oldest entry past its number", () => {
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

  it("forgets nothing when it is given a new value for a key that it has", () => {
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
