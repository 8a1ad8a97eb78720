import assert from "node:assert/strict";
import { printable } from "../../../cli/output/printable";

describe("an untrusted text", () => {
  it("becomes one line", () => {
    assert.equal(printable("one \r\n two\nthree"), "one two three");
  });

  it("cannot command a terminal", () => {
    assert.equal(printable("\u001b[2Ja\u0007\u009b\tb"), "\ufffd[2Ja\ufffd\ufffd\ufffdb");
  });

  it("keeps every other character", () => {
    assert.equal(printable("über 日本 👩‍👩‍👧"), "über 日本 👩‍👩‍👧");
  });
});
