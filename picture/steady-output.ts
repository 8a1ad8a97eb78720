import { createHash } from "node:crypto";

/** The parts of the output that differ between runs and machines. */
export interface Surroundings {
  readonly home: string;
  readonly port: string;
  /** Shown in place of `port`. */
  readonly shownPort: string;
}

/** Lines about progress, times and this machine's Pulumi CLI, which a picture does not need. */
const leftOut = [/^\S+ Pulumi CLI /, /^@ /, /^Duration: /];
/** A line about a resource. Pulumi prints it again whenever the resource's progress changes. */
const resourceRow = /^ .{0,4}pulumi\S*:\S+ \S+/;
/** The one that says what was done. After the time is the last progress of a resource that took a second or more. */
const endedRow = /^( [+-] {2}\S+ \S+ (?:created|deleted)) \(.*$/;
const outputs = /^Outputs:\n(?: .*\n)+/gm;
const stackLine = /^ [+-] {2}\S+:(\S+) /;
const hostRow = /^(\S+ +)(198\.18\.0\.\d+)( +running)$/;

/** Returns the output of a quickstart in a form that is equal for every run of the same program. */
export function steadyOutput(text: string, surroundings: Surroundings): string[] {
  const lines = withoutSurroundings(text, surroundings)
    .replace(outputs, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => !leftOut.some((pattern) => pattern.test(line)))
    .map((line) => line.replace(/\b(\S+)-[0-9a-f]{6}\b/g, steadyName));
  return withoutRepeatedBlanks(realignColumns(sortConsecutive(numberAddresses(onlyEndedRows(lines)))));
}

/** Leaves out progress, times and repetitions from the lines about resources. */
function onlyEndedRows(lines: readonly string[]): string[] {
  const ended = new Set<string>();
  return lines.flatMap((line) => {
    if (!resourceRow.test(line)) {
      return [line];
    }
    const [, row] = endedRow.exec(line) ?? [];
    if (row === undefined || ended.has(row)) {
      return [];
    }
    ended.add(row);
    return [row];
  });
}

function withoutSurroundings(text: string, { home, port, shownPort }: Surroundings): string {
  return text
    .replaceAll(home, "~")
    .replaceAll(` --port ${port}`, "")
    .replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${shownPort}`);
}

/** Replaces the six digits of a name, which depend on the user and the host. */
function steadyName(_name: string, logicalName: string): string {
  return `${logicalName}-${createHash("sha256").update(logicalName).digest("hex").slice(0, 6)}`;
}

/** Renumbers the addresses, because instances get them in the order in which their creates arrive. */
function numberAddresses(lines: readonly string[]): string[] {
  let next = 2;
  return lines.map((line) =>
    line.replace(hostRow, (_row, name: string, _address: string, status: string) => {
      return `${name}198.18.0.${next++}${status}`;
    }),
  );
}

/** Sorts resources of one kind, because they end in any order. */
function sortConsecutive(lines: readonly string[]): string[] {
  const kindOf = (line: string | undefined): string | undefined => stackLine.exec(line ?? "")?.[1];
  const runs: string[][] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run !== undefined && kindOf(line) !== undefined && kindOf(line) === kindOf(run[0])) {
      run.push(line);
    } else {
      runs.push([line]);
    }
  }
  return runs.flatMap((run) => run.toSorted());
}

/** Aligns the table of suggestions again, because its first column has paths of this machine. */
function realignColumns(lines: readonly string[]): string[] {
  const rows = lines.map((line) => /^ {2}(\S.*?) {2,}(\S.*)$/.exec(line));
  const width = Math.max(0, ...rows.map((row) => row?.[1]?.length ?? 0));
  return lines.map((line, index) => {
    const [, first, second] = rows[index] ?? [];
    return first === undefined ? line : `  ${first.padEnd(width)}  ${second}`;
  });
}

function withoutRepeatedBlanks(lines: readonly string[]): string[] {
  const kept = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  return kept.slice(kept[0] === "" ? 1 : 0, kept.at(-1) === "" ? -1 : undefined);
}
