import assert from "node:assert/strict";
import { type Column, tableLines } from "../../../cli/output/table";
import { cutTo } from "../../../cli/output/text-width";

interface Row {
  readonly id: number;
  readonly name: string;
}

const columns: Column<Row>[] = [
  { heading: "ID", text: ({ id }) => String(id), colour: () => "green" },
  { heading: "NAME", text: ({ name }) => name, cuts: true },
  { heading: "AGAIN", text: ({ name }) => name, cuts: true },
];
const rows = [
  { id: 500, name: "a-long-name" },
  { id: 7, name: "" },
];

describe("a table", () => {
  const plain = (width?: number): { width: number | undefined; colours: false } => ({
    width,
    colours: false,
  });

  it("is aligned, and has no blanks at the ends of lines and no empty cells", () => {
    assert.deepEqual(tableLines(rows, columns, plain()), [
      "ID   NAME         AGAIN",
      "500  a-long-name  a-long-name",
      "7    -            -",
    ]);
  });

  it("cuts the columns that may be cut to fit the terminal", () => {
    assert.deepEqual(tableLines(rows, columns, plain(24)), [
      "ID   NAME       AGAIN",
      "500  a-long-n…  a-long-…",
      "7    -          -",
    ]);
  });

  it("omits yielding columns one by one if cutting is not enough", () => {
    const [id, name, again] = columns as [Column<Row>, Column<Row>, Column<Row>];
    const yielding = [id, { ...name, yields: true as const }, { ...again, yields: true as const }];
    assert.deepEqual(tableLines(rows, yielding, plain(19))[1], "500  a-lon…  a-lon…");
    assert.deepEqual(tableLines(rows, yielding, plain(18))[1], "500  a-long-name");
    assert.deepEqual(tableLines(rows, yielding, plain(10))[1], "500");
  });

  it("ends its lines at the width of the terminal if it cannot omit more columns", () => {
    assert.deepEqual(tableLines(rows, columns, plain(10)), ["ID   NAME", "500  a-lo…", "7    -"]);
    assert.deepEqual(tableLines(rows, columns, plain(2)), ["ID", "5…", "7"]);
  });

  it("counts columns as a terminal shows them, and splits no character", () => {
    const names = ["日本語", "ａｂ", "e\u0301e\u0301", "🇩🇪🇫🇷", "👩‍👩‍👧", "❤️", "ab"];
    const shown = tableLines(
      names.map((name, id) => ({ id, name })),
      [columns[1], columns[0]] as Column<Row>[],
      plain(10),
    );
    assert.deepEqual(shown, [
      "NAME    ID",
      "日本語  0",
      "ａｂ    1",
      "e\u0301e\u0301      2",
      "🇩🇪🇫🇷    3",
      "👩‍👩‍👧      4",
      "❤️      5",
      "ab      6",
    ]);
    assert.deepEqual(
      ["日本語", "日本語ab", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "e\u0301e\u0301e\u0301"].map((name) => cutTo(5, name)),
      ["日本…", "日本…", "👩‍👩‍👧👩‍👩‍👧…", "e\u0301e\u0301e\u0301"],
    );
  });

  it("does not count colours as width", () => {
    assert.deepEqual(tableLines(rows, columns.slice(0, 2), { width: 80, colours: true }), [
      "\u001b[1mID\u001b[22m   \u001b[1mNAME\u001b[22m",
      "\u001b[32m500\u001b[39m  a-long-name",
      "\u001b[32m7\u001b[39m    -",
    ]);
  });

  it("replaces control characters that a terminal would obey", () => {
    const [, line] = tableLines([{ id: 1, name: "\u001b[2J\u009b" }], columns, {
      width: undefined,
      colours: false,
    });
    assert.equal(line, "1   \ufffd[2J\ufffd  \ufffd[2J\ufffd");
  });
});
