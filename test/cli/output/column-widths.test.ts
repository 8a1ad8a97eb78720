import assert from "node:assert/strict";
import { type ColumnWish, columnWidths } from "../../../cli/output/column-widths";

const fixed = (width: number, yields = false): ColumnWish => ({ width, cuts: false, yields, whole: false });
const cut = (width: number, yields = false): ColumnWish => ({ width, cuts: true, yields, whole: false });

describe("the widths of columns", () => {
  it("are the widths of the texts if there is room", () => {
    assert.deepEqual(columnWidths([fixed(3), cut(20)], Number.POSITIVE_INFINITY), [3, 20]);
    assert.deepEqual(columnWidths([fixed(3), cut(20)], 25), [3, 20]);
    assert.deepEqual(columnWidths([], 10), []);
  });

  it("shrink for the widest columns first, and only for columns that may be cut", () => {
    assert.deepEqual(columnWidths([fixed(15), cut(20), cut(10)], 37), [15, 9, 9]);
    assert.deepEqual(columnWidths([cut(20), cut(10)], 27), [15, 10]);
  });

  it("become 0 for yielding columns, from the last to the first", () => {
    assert.deepEqual(columnWidths([fixed(8), fixed(8, true), fixed(8, true)], 20), [8, 8, 0]);
    assert.deepEqual(columnWidths([fixed(8), fixed(8, true), fixed(8, true)], 10), [8, 0, 0]);
  });

  it("shrink to 6 in every column before a column yields", () => {
    assert.deepEqual(columnWidths([cut(9), cut(9, true)], 14), [6, 6]);
    assert.deepEqual(columnWidths([cut(9), cut(9, true)], 13), [9, 0]);
  });

  it("are not reduced for columns that may not be cut, which are omitted if they do not fit", () => {
    const whole = { ...fixed(8), whole: true };
    assert.deepEqual(columnWidths([fixed(4), cut(9), whole, fixed(4)], 20), [4, 4, 8, 0]);
    assert.deepEqual(columnWidths([fixed(4), whole], 10), [0, 8]);
    assert.deepEqual(columnWidths([fixed(4), whole], 7), [4, 0]);
  });

  it("are cut at the width of the terminal if no further column can yield", () => {
    assert.deepEqual(columnWidths([fixed(4), fixed(4), fixed(4)], 8), [4, 2, 0]);
    assert.deepEqual(columnWidths([fixed(4)], 0), [0]);
  });
});
