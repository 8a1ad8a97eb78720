import assert from "node:assert/strict";
import { durationSeconds, formatDuration, longestDurationSeconds } from "../../protocol/duration";

describe("a duration", () => {
  for (const [written, seconds] of [
    ["45s", 45],
    ["2m", 120],
    ["2h", 7200],
    ["1d", 86_400],
    ["1h30m", 5400],
    ["30m1h", 5400],
    [" 90 ", 90],
    [90, 90],
    ["3650d", longestDurationSeconds],
  ] as const) {
    it(`is ${seconds} s if written as ${JSON.stringify(written)}`, () => {
      assert.equal(durationSeconds(written), seconds);
    });
  }

  for (const wrong of [
    "",
    "s",
    "1.5h",
    "-1",
    "1 h",
    "1H",
    "1w",
    "h1",
    "0",
    "0s",
    "3651d",
    "2h5",
    "1e3",
    1.5,
    -1,
    0,
    Number.NaN,
  ]) {
    it(`cannot be written as ${JSON.stringify(wrong)}`, () => {
      assert.equal(durationSeconds(wrong), undefined);
    });
  }

  it("can be 0 where that is allowed", () => {
    assert.equal(durationSeconds(0, 0), 0);
    assert.equal(durationSeconds("0m", 0), 0);
  });

  for (const [seconds, text] of [
    [0, "0s"],
    [-5, "0s"],
    [0.4, "0s"],
    [45, "45s"],
    [60, "1m"],
    [61, "1m 1s"],
    [7140, "1h 59m"],
    [3600, "1h"],
    [3601, "1h 1s"],
    [90_061, "1d 1h"],
    [59.6, "1m"],
  ] as const) {
    it(`of ${seconds} s is shown as ${text}`, () => assert.equal(formatDuration(seconds), text));
  }
});
