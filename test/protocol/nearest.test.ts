import assert from "node:assert/strict";
import { nearest } from "../../protocol/nearest";

describe("the nearest names", () => {
  const cases: [asked: string, names: string[], near: string[]][] = [
    ["mirco", ["debian-12", "micro"], ["micro"]],
    ["em", ["db", "me", "me2"], ["me", "me2"]],
    ["laod", ["web", "load"], ["load"]],
    ["LIST-IMAGES", ["list-keys", "list-images"], ["list-images"]],
    ["debian", ["Debian-12", "micro"], ["Debian-12"]],
    ["list", ["list-keys", "list-images", "ssh"], ["list-keys", "list-images"]],
    ["zzzzzz", ["web", "db"], []],
    ["", ["web", "a"], []],
  ];
  for (const [asked, names, near] of cases) {
    it(`are ${near.join(", ") || "empty"} for "${asked}"`, () =>
      assert.deepEqual(nearest(asked, names), near));
  }

  it("are found quickly for every text", () => {
    assert.deepEqual(nearest("x".repeat(100_000), ["web", "y".repeat(63)]), []);
  });
});
