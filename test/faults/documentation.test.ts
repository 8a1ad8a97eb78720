import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableHeads, tableIn, tableRows, tableText } from "../../faults/documentation";
import type { Tried } from "../../faults/tally";
import { checkout } from "../support/checkout";

const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

describe("the table of faults in docs/reliability.md", () => {
  const [heads = "", , ...rows] = tableIn(
    readFileSync(join(checkout, "docs", "reliability.md"), "utf8"),
  ).split("\n");

  it("has a column for each kind, and a row for each operation of each driver", () => {
    assert.deepEqual(cellsOf(heads), tableHeads());
    assert.deepEqual(
      rows.map((row) => cellsOf(row).slice(0, 2)),
      tableRows(),
    );
  });

  it("has the numbers of a run", () => {
    const cells = rows.flatMap((row) => cellsOf(row).slice(2));
    assert.ok(
      cells.every((cell) => /^\d+$/.test(cell)),
      cells.join(),
    );
    assert.ok(cells.some((cell) => Number(cell) > 0));
  });

  it("counts the tries that reached their step, by operation, driver and kind", () => {
    const tried: Tried = {
      driver: "lxc",
      operation: "destroy",
      kind: "kill",
      step: "1",
      call: "rm",
      verdict: "passed",
    };
    const text = tableText([
      tried,
      { ...tried, verdict: "failed" },
      { ...tried, verdict: "not reached" },
      { ...tried, driver: "openvz", kind: "fail" },
    ]);
    assert.match(text, /^\| destroy an instance \| lxc \| 0 \| 0 \| 0 \| 2 \| 0 \|$/m);
    assert.match(text, /^\| destroy an instance \| openvz \| 1 \| 0 \| 0 \| 0 \| 0 \|$/m);
  });
});
