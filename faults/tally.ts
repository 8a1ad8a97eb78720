import type { DriverName } from "./hosts/host";
import { type Kind, kindNames } from "./kinds";
import type { OperationName } from "./operations/operations";
import { stepId } from "./preload/step";
import type { Fault, Verdict } from "./tries";

/** The result of one try. */
export interface Tried {
  readonly driver: DriverName;
  readonly operation: OperationName;
  readonly kind: Kind;
  readonly step: string;
  /** The call of the step, and how many equal calls were before it. */
  readonly call: string;
  readonly verdict: Verdict["verdict"];
  readonly reason?: string;
}

export function triedOf(
  driver: DriverName,
  operation: OperationName,
  { step, kind }: Fault,
  verdict: Verdict,
): Tried {
  return {
    driver,
    operation,
    kind,
    step: stepId(step),
    call: `${step.pattern} #${step.occurrence}`,
    verdict: verdict.verdict,
    ...(verdict.verdict === "failed" ? { reason: verdict.reason } : {}),
  };
}

/** The numbers of tries of a driver's operation, by kind. */
export interface Row {
  readonly driver: DriverName;
  readonly operation: OperationName;
  readonly counts: Readonly<Record<Kind, number>>;
}

/** Counts the tries whose step was reached. */
export function rowsOf(all: readonly Tried[]): Row[] {
  const rows = new Map<
    string,
    { driver: DriverName; operation: OperationName; counts: Record<Kind, number> }
  >();
  for (const { driver, operation, kind, verdict } of all) {
    const name = `${driver} ${operation}`;
    const row = rows.get(name) ?? { driver, operation, counts: none() };
    row.counts[kind] += verdict === "not reached" ? 0 : 1;
    rows.set(name, row);
  }
  return [...rows.values()];
}

function none(): Record<Kind, number> {
  return { fail: 0, hang: 0, lie: 0, kill: 0, full: 0 };
}

/** Returns the report for people: what was tried, and each failure with the command that repeats it. */
export function reportText(all: readonly Tried[]): string {
  const heads = ["driver", "operation", ...kindNames];
  const lines = rowsOf(all).map(({ driver, operation, counts }) => [
    driver,
    operation,
    ...kindNames.map((kind) => String(counts[kind])),
  ]);
  const failures = all.filter(({ verdict }) => verdict === "failed");
  const missed = all.filter(({ verdict }) => verdict === "not reached").length;
  return [
    ...columns([heads, ...lines]),
    "",
    ...failures.flatMap((failure) => [...failureLines(failure), ""]),
    `${all.length - missed} faults tried, ${failures.length} failed, ${missed} not reached`,
    "",
  ].join("\n");
}

export function failureLines({ driver, operation, kind, step, call, reason = "" }: Tried): string[] {
  return [
    `${driver}, ${operation}, ${kind}: ${call}`,
    ...reason.split("\n").map((line) => `  ${line}`),
    `  repeat it: ${repeatCommand({ driver, operation, kind, step })}`,
  ];
}

/** Returns the command that tries one fault again. */
export function repeatCommand({
  driver,
  operation,
  kind,
  step,
}: Pick<Tried, "driver" | "operation" | "kind" | "step">): string {
  return `npm run faults -- --driver ${driver} --operation ${operation} --kind ${kind} --step ${step}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
