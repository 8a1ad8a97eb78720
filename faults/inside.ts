import { randomInt } from "node:crypto";
import { runMain } from "../isolated/run-main";
import { writeTable } from "./documentation";
import { readOptions } from "./options";
import { ResultsFile } from "./results-file";
import { runFaults } from "./run";
import { reportText } from "./tally";

const output = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};
const mostSeed = 1_000_000;

/** The program that runs inside the new namespaces. @returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const given = readOptions(words, output);
  const seed = given.seed ?? (given.seconds === undefined ? undefined : randomInt(mostSeed));
  if (seed !== undefined) {
    output.err(`faults: seed ${seed}\n`);
  }
  const results = await ResultsFile.open(given.resume);
  const options = seed === undefined ? given : { ...given, seed };
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      output.err("faults: interrupted; ending the present try\n");
      interrupted.abort();
    });
  }
  const say = (line: string): void => output.err(`faults: ${line}\n`);
  const now = await runFaults(options, results, say, interrupted.signal);
  const all = [...results.earlier, ...now];
  output.out(given.json ? `${JSON.stringify({ seed, results: all }, null, 2)}\n` : reportText(all));
  if (given.write) {
    await writeTable(all);
  }
  if (options.step !== undefined && all.length === 0) {
    throw new Error(`No recording has the step ${options.step}. Give it with its driver and its operation.`);
  }
  return now.some(({ verdict }) => verdict === "failed") ? 1 : 0;
}

void runMain("faults", main);
