import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { measurements } from "../measurements";
import { machineLine } from "./machine";
import { pageText, plotOf, withGenerated } from "./page";
import { plotSvg } from "./plot";
import type { Result } from "./result";
import { mergeRecords, type RunRecord, recordsOf, runRecordSchema } from "./run-record";

/** The checkout, from a compiled file. */
const checkout = join(__dirname, "..", "..", "..");
const docs = join(checkout, "docs");
const page = join(docs, "performance.md");
/** The latest results of each measurement, from which the page is made. */
const recordsFile = join(checkout, "bench", "report", "results.json");

/** Writes the results into docs/performance.md. Measurements without new results keep their earlier ones. */
export async function writePage(results: readonly Result[], rounds: number): Promise<void> {
  const run = { machine: machineLine(), date: new Date().toISOString(), rounds };
  const records = mergeRecords(await readRecords(), recordsOf(results, run));
  await writeFile(recordsFile, `${JSON.stringify(records, null, 2)}\n`);
  for (const { measurement, figures } of records) {
    const curves = figures.flatMap(({ curve }) => (curve === undefined ? [] : [curve]));
    if (curves.length > 0) {
      await writeFile(join(docs, plotOf(measurement)), plotSvg(curves));
    }
  }
  const text = await readFile(page, "utf8");
  await writeFile(page, withGenerated(text, pageText(Object.keys(measurements), records)));
}

export async function readRecords(): Promise<RunRecord[]> {
  return z.array(runRecordSchema).parse(JSON.parse(await readFile(recordsFile, "utf8")));
}
