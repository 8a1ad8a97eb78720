import assert from "node:assert/strict";
import { median, quantile, shown, spreadOf } from "../../../bench/report/statistics";

describe("the statistics of the bench", () => {
  it("interpolates quantiles between the samples next to them, in any order", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(quantile([0, 10], 0.95), 9.5);
    assert.equal(quantile([7], 0.99), 7);
    assert.ok(Number.isNaN(median([])));
  });

  it("summarises samples by their quartiles", () => {
    assert.deepEqual(spreadOf([5, 1, 3, 2, 4]), { low: 2, median: 3, high: 4, samples: 5 });
  });

  it("shows small values with three digits", () => {
    assert.deepEqual([0, 0.00123456, 0.5, 1, 123.456].map(shown), [
      "0.00",
      "0.00123",
      "0.500",
      "1.00",
      "123.46",
    ]);
  });
});
