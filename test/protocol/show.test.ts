import assert from "node:assert/strict";
import { show } from "../../protocol/show";

describe("a value in a message", () => {
  const shown: [title: string, value: unknown, text: string | RegExp][] = [
    ["nothing", undefined, "missing"],
    ["a text", 'a"b\nc', '"a\\"b\\nc"'],
    ["a long text", "x".repeat(300), /^"x{79}… \(302 characters\)$/],
    ["a very long text", "x".repeat(20_000_000), /^"x{79}… \(20000002 characters\)$/],
    ["a struct", { a: [1, null, true] }, '{"a":[1,null,true]}'],
    ["a long list", new Array(50_000).fill("x"), /^\["x",.{75}…$/],
    ["a list of large texts", new Array(1000).fill("x".repeat(100_000)), /^\["x{78}…$/],
    [
      "a struct of many members",
      Object.fromEntries([...Array(9999).keys()].map((n) => [n, n])),
      /^\{"0":0,.*…$/,
    ],
    ["a struct with a large name", { ["n".repeat(1_000_000)]: 1 }, /^\{"n{78}…$/],
    ["nested lists", [[[[[[[[1]]]]]]]], '[[[[[["…"]]]]]]'],
    ["bytes", Buffer.alloc(10_000_000), '"10000000 bytes"'],
    ["a time that does not exist", new Date(Number.NaN), "null"],
    ["a struct that cannot be converted to text", { toString: 0, toJSON: 0 }, '{"toString":0,"toJSON":0}'],
    ["a function", () => 1, "function"],
  ];
  for (const [title, value, text] of shown) {
    it(`is short for ${title}`, () => {
      if (typeof text === "string") {
        assert.equal(show(value), text);
      } else {
        assert.match(show(value), text);
      }
    });
  }
});
