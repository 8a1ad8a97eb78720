import assert from "node:assert/strict";
import { formatBytes } from "../../../cli/output/bytes";
import { type Column, tableLines } from "../../../cli/output/table";

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
  it("is aligned, without blanks at the ends of lines", () => {
    assert.deepEqual(tableLines(rows, columns, { width: undefined, colours: false }), [
      "ID   NAME         AGAIN",
      "500  a-long-name  a-long-name",
      "7",
    ]);
  });

  it("is cut to the terminal where it may be cut", () => {
    assert.deepEqual(tableLines(rows, columns, { width: 24, colours: false }), [
      "ID   NAME       AGAIN",
      "500  a-long-n…  a-long-…",
      "7",
    ]);
    assert.deepEqual(tableLines(rows, columns, { width: 5, colours: false })[1], "500  a-lon…  a-lon…");
  });

  it("has colours that do not count", () => {
    assert.deepEqual(tableLines(rows, columns.slice(0, 2), { width: 80, colours: true }), [
      "\u001b[1mID\u001b[22m   \u001b[1mNAME\u001b[22m",
      "\u001b[32m500\u001b[39m  a-long-name",
      "\u001b[32m7\u001b[39m",
    ]);
  });

  it("keeps what could command the terminal from it", () => {
    const [, line] = tableLines([{ id: 1, name: "\u001b[2J\u009b" }], columns, {
      width: undefined,
      colours: false,
    });
    assert.equal(line, "1   \ufffd[2J\ufffd  \ufffd[2J\ufffd");
  });
});

describe("a size", () => {
  it("is written with a unit and three digits", () => {
    const sizes = [0, 1023, 1024, 5_345_678, 268_435_456, 2 ** 50].map(formatBytes);
    assert.deepEqual(sizes, ["0 B", "1023 B", "1 KiB", "5.1 MiB", "256 MiB", "1024 TiB"]);
  });
});
