import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { measurements } from "../../../bench/measurements";
import { compare } from "../../../bench/report/comparison";
import { machineLine } from "../../../bench/report/machine";
import { begin, end, pageText, plotOf, withGenerated } from "../../../bench/report/page";
import { readRecords } from "../../../bench/report/page-file";
import type { Result } from "../../../bench/report/result";
import { mergeRecords, recordsOf } from "../../../bench/report/run-record";
import { checkout } from "../../support/checkout";

const run = { machine: "a machine", date: "2026-01-02T03:04:05.000Z", rounds: 3 };
const curve = { name: "create", points: [{ instances: 10, seconds: 1 }] };
const quick = {
  measurement: "quick",
  ...compare({ title: "quick starts", aim: 0.5 }, { ours: [1, 2, 3], peer: [4, 4, 4], curve }),
};
const slow = {
  measurement: "slow",
  ...compare({ title: "slow calls", limit: 5, unit: "ms" }, { ours: [6] }),
};

describe("docs/performance.md", () => {
  const page = readFileSync(join(checkout, "docs", "performance.md"), "utf8");

  it("has the results of the last run of each measurement", async () => {
    const records = await readRecords();
    assert.equal(withGenerated(page, pageText(Object.keys(measurements), records)), page);
    for (const { measurement } of records.filter(({ figures }) => figures.some((figure) => figure.curve))) {
      assert.ok(existsSync(join(checkout, "docs", plotOf(measurement))), measurement);
    }
  });

  it("has no results of figures that do not exist any more", async () => {
    for (const { measurement, figures } of await readRecords()) {
      const present = measurements[measurement];
      assert.ok(present, measurement);
      const titles = Object.values(present.figures(present.count)).map(({ title, aim, limit }) => [
        title,
        aim ?? limit,
      ]);
      assert.deepEqual(
        figures.map(({ title, aim, limit }) => [title, aim ?? limit]),
        figures.length === 0 ? [] : titles,
      );
    }
  });

  it("gets a table for each measurement, and a plot for those with curves", () => {
    const text = pageText(["quick", "slow", "later"], recordsOf([quick, slow], run));
    assert.match(
      text,
      /^\| quick starts \| 2\.00 \[1\.50 to 2\.50\] s \| 4\.00 .* s \| 0\.50 \| aim 0\.5 \| yes \|$/m,
    );
    assert.match(text, /^\| slow calls \| 6\.00 .* ms \| {2}\| 6\.00 ms \| limit 5 ms \| \*\*no\*\* \|$/m);
    assert.match(text, /^Measured on a machine; 2026-01-02; rounds: 3\.$/m);
    assert.match(text, /^!\[.*create\]\(pictures\/performance-quick\.svg\)$/m);
    assert.match(text, /^### later\n\nThere is no result yet\./m);
  });

  it("keeps what is written by hand", () => {
    const text = withGenerated(`before\n${begin}\nold\n${end}\nafter\n`, "new");
    assert.equal(text, `before\n${begin}\nnew\n${end}\nafter\n`);
    assert.throws(() => withGenerated("a page without the place", "new"), /lacks the lines/);
  });
});

describe("the records of runs", () => {
  it("keep the earlier results of measurements that did not run or failed", () => {
    const failed: Result = { measurement: "slow", error: "broken" };
    const earlier = recordsOf([quick, slow], run);
    const later = recordsOf([quick, failed], { ...run, rounds: 9 });
    assert.deepEqual(
      mergeRecords(earlier, later).map(({ measurement, rounds }) => [measurement, rounds]),
      [
        ["quick", 9],
        ["slow", 3],
      ],
    );
  });

  it("have the reason for a measurement that the host cannot run", () => {
    const records = recordsOf([{ measurement: "lxd", skipped: "lxc is not installed" }], run);
    assert.match(
      pageText(["lxd"], records),
      /^Not measured: lxc is not installed \(a machine; 2026-01-02\)\.$/m,
    );
  });

  it("name the machine", () => {
    assert.match(machineLine(), /, \d+ cores, \d+ GiB of memory, Linux .+, Node \d+\./);
  });
});
