import { aimOf, resultOf } from "./comparison";
import type { FigureRecord, RunRecord } from "./run-record";
import { type Spread, shown } from "./statistics";

export const begin = "<!-- bench: written by `npm run bench -- --write` -->";
export const end = "<!-- end of bench -->";

const heads = ["what", "ours", "peer", "result", "aim", "reached"];

/** Returns the generated part of the page: a section for each measurement. */
export function pageText(names: readonly string[], records: readonly RunRecord[]): string {
  return names
    .map((name) =>
      sectionOf(
        name,
        records.find(({ measurement }) => measurement === name),
      ),
    )
    .join("\n\n");
}

/** Returns the path of a measurement's plot, from the folder `docs`. */
export function plotOf(measurement: string): string {
  return `pictures/performance-${measurement}.svg`;
}

/** Returns the page with another generated part. @throws Error if the page has no place for it. */
export function withGenerated(page: string, generated: string): string {
  const [head, rest] = page.split(`${begin}\n`);
  const [, tail] = (rest ?? "").split(`\n${end}`);
  if (head === undefined || tail === undefined) {
    throw new Error(`docs/performance.md lacks the lines "${begin}" and "${end}".`);
  }
  return `${head}${begin}\n${generated}\n${end}${tail}`;
}

function sectionOf(name: string, record: RunRecord | undefined): string {
  return [`### ${name}`, "", ...(record === undefined ? notMeasured(name) : linesOf(record))].join("\n");
}

function notMeasured(name: string): string[] {
  return [`There is no result yet. \`npm run bench -- --write ${name}\` adds it.`];
}

function linesOf({ measurement, machine, date, rounds, figures, skipped }: RunRecord): string[] {
  const where = `${machine}; ${date.slice(0, 10)}`;
  if (skipped !== undefined) {
    return [`Not measured: ${skipped} (${where}).`];
  }
  const rows = [heads, heads.map(() => "---"), ...figures.map((figure) => rowOf(figure))];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const curves = figures.flatMap(({ curve }) => (curve === undefined ? [] : [curve.name]));
  const plot =
    curves.length === 0
      ? []
      : ["", `![Seconds by number of instances, logarithmic: ${curves.join(", ")}](${plotOf(measurement)})`];
  return [...table, "", `Measured on ${where}; rounds: ${rounds}.`, ...plot];
}

function rowOf(figure: FigureRecord): string[] {
  const { title, unit = "s", ours, peer, reached } = figure;
  return [
    title,
    `${spread(ours)} ${unit}`,
    peer === undefined ? "" : `${spread(peer)} ${unit}`,
    resultOf(figure),
    aimOf(figure),
    reached ? "yes" : "**no**",
  ];
}

function spread({ low, median, high }: Spread): string {
  return `${shown(median)} [${shown(low)} to ${shown(high)}]`;
}
