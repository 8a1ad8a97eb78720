import { CommanderError } from "commander";
import { messageOf } from "../protocol/error";
import { type Comparison, compare, comparisonLine } from "./comparison";
import type { Measurement } from "./measurement";
import { type Options, type Output, readOptions } from "./options";

/** The measurements by their names on the command line. */
export type Measurements = Readonly<Record<string, Measurement>>;

type Measured = { readonly measurement: string } & Comparison;
interface Failed {
  readonly measurement: string;
  /** Why there are no figures. */
  readonly error: string;
}
type Result = Measured | Failed;

/**
 * Runs the measurements that the arguments name, one after the other. If one fails, the others continue. Results go to
 * `out`, everything else to `err`.
 *
 * @returns the exit code: 1 if a measurement failed, or an aim was missed with `--check`; 2 for a usage error.
 */
export async function bench(
  words: readonly string[],
  measurements: Measurements,
  output: Output,
): Promise<number> {
  const read = readUsage(words, measurements, output);
  return typeof read === "number" ? read : report(await measureAll(read, measurements, output), read, output);
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

async function measureAll(
  { wanted, rounds }: Options,
  measurements: Measurements,
  { err }: Output,
): Promise<Result[]> {
  const results: Result[] = [];
  const chosen = Object.entries(measurements).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  for (const [measurement, { figures, measure }] of chosen) {
    err(`bench: measuring ${measurement}, rounds: ${rounds}\n`);
    try {
      const samples = await measure(rounds);
      for (const [name, figure] of Object.entries(figures)) {
        results.push({ measurement, ...compare(figure, samples[name] ?? { ours: [], peer: [] }) });
      }
    } catch (error) {
      results.push({ measurement, error: messageOf(error) });
      err(`bench: ${measurement} failed: ${messageOf(error)}\n`);
    }
  }
  return results;
}

function report(results: readonly Result[], { json, check }: Options, { out, err }: Output): number {
  const measured = results.filter((result) => isMeasured(result));
  const missed = check ? measured.filter(({ reached }) => !reached) : [];
  out(
    json
      ? `${JSON.stringify(results, null, 2)}\n`
      : measured.map((result) => `${comparisonLine(result)}\n`).join(""),
  );
  missed.forEach(({ measurement, title, ratio, aim }) =>
    err(`bench: ${measurement} missed its aim: ${title}: ${ratio.toFixed(2)}, aim ${aim}\n`),
  );
  return missed.length > 0 || measured.length < results.length ? 1 : 0;
}

function isMeasured(result: Result): result is Measured {
  return !("error" in result);
}
