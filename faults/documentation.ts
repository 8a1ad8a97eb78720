import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driverNames } from "./hosts/host";
import { type Kind, kindNames, kinds } from "./kinds";
import type { Operation } from "./operations/operation";
import { operationNames, operations } from "./operations/operations";
import { rowsOf, type Tried } from "./tally";

/** The page, from a compiled file. */
const page = join(__dirname, "..", "..", "docs", "reliability.md");
const begin = "<!-- faults: written by `npm run faults -- --write` -->";
const end = "<!-- end of faults -->";

/** Returns the heads of the table's columns. */
export function tableHeads(): string[] {
  return ["operation", "driver", ...kindNames.map((kind) => kinds[kind].title)];
}

/** Returns the first two cells of each row: every operation with every driver that has it. */
export function tableRows(): [string, string][] {
  return operationNames.flatMap((name) => {
    const { title, drivers }: Operation = operations[name];
    return driverNames
      .filter((driver) => drivers.includes(driver))
      .map((driver): [string, string] => [title, driver]);
  });
}

/** Returns the table with the number of tries of each kind. */
export function tableText(all: readonly Tried[]): string {
  const counted = rowsOf(all);
  const count = (title: string, driver: string, kind: Kind): number =>
    counted.find((row) => row.driver === driver && operations[row.operation].title === title)?.counts[kind] ??
    0;
  const rows = tableRows().map(([title, driver]) => [
    title,
    driver,
    ...kindNames.map((kind) => String(count(title, driver, kind))),
  ]);
  const heads = tableHeads();
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Returns the table in the page. @throws Error if the page has no place for it. */
export function tableIn(text: string): string {
  const [, rest] = text.split(`${begin}\n`);
  const [table, after] = (rest ?? "").split(`\n${end}`);
  if (table === undefined || after === undefined) {
    throw new Error(`docs/reliability.md lacks the lines "${begin}" and "${end}".`);
  }
  return table;
}

/** Writes the table into the page. */
export async function writeTable(all: readonly Tried[]): Promise<void> {
  const text = await readFile(page, "utf8");
  await writeFile(
    page,
    text.replace(tableIn(text), () => tableText(all)),
  );
}
