import { CommanderError } from "commander";
import { measureAll } from "./measure-all";
import type { Measurements } from "./measurement";
import { type Options, type Output, readOptions } from "./options";
import { aimOf, comparisonLine, resultOf } from "./report/comparison";
import { machineLine } from "./report/machine";
import { isMeasured, type Result } from "./report/result";

/** The surroundings of a run. */
export interface Surroundings extends Output {
  /** Ends the run: the present measurement cleans up, and no other begins. */
  readonly signal?: AbortSignal;
  /** Writes the results into the page. */
  readonly write?: (results: readonly Result[], rounds: number) => Promise<void>;
}

/**
 * Runs the measurements that the arguments name, one after the other. If one fails, the others continue. Results go to
 * `out`, everything else to `err`.
 *
 * @returns the exit code: 1 if a measurement failed, or an aim was missed with `--check`; 2 for a usage error.
 */
export async function bench(
  words: readonly string[],
  measurements: Measurements,
  surroundings: Surroundings,
): Promise<number> {
  const options = readUsage(words, measurements, surroundings);
  if (typeof options === "number") {
    return options;
  }
  const results = await measureAll(options, measurements, surroundings);
  if (options.write) {
    await surroundings.write?.(results, options.rounds);
  }
  return report(results, options, surroundings);
}

/** Parses the arguments. @returns the options, or the exit code after help or a usage error. */
export function readUsage(
  words: readonly string[],
  measurements: Measurements,
  output: Output,
): Options | number {
  try {
    return readOptions(words, Object.keys(measurements), output);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    throw error;
  }
}

function report(results: readonly Result[], { json, check }: Options, { out, err }: Output): number {
  err(`bench: machine: ${machineLine()}\n`);
  out(json ? `${JSON.stringify(results, null, 2)}\n` : results.map((result) => lineOf(result)).join(""));
  const measured = results.filter((result) => isMeasured(result));
  const missed = check ? measured.filter(({ reached }) => !reached) : [];
  missed.forEach((result) =>
    err(
      `bench: ${result.measurement} missed its aim: ${result.title}: ${resultOf(result)}, ${aimOf(result)}\n`,
    ),
  );
  return missed.length > 0 || results.some((result) => "error" in result) ? 1 : 0;
}

/** The line of a failure is on standard error already. */
function lineOf(result: Result): string {
  if ("skipped" in result) {
    return `${result.measurement}: not measured: ${result.skipped}\n`;
  }
  return isMeasured(result) ? `${comparisonLine(result)}\n` : "";
}
