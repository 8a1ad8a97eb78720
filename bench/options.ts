import { Argument, Command, InvalidArgumentError, Option } from "commander";

export interface Options {
  /** The names of measurements. Empty for all. */
  readonly wanted: readonly string[];
  readonly rounds: number;
  /** The limit of each measurement's count, for a trial. */
  readonly count?: number;
  /** The time limit of each measurement. */
  readonly minutes: number;
  readonly json: boolean;
  readonly check: boolean;
  readonly write: boolean;
}

/** The output for help and usage errors. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const usualRounds = 3;
const mostRounds = 100;
const mostCount = 10_000;
const usualMinutes = 30;
const mostMinutes = 600;

const notes = `
Measures MiniCloud and a peer in turns, as root, in separate namespaces, and prints the ratio of the medians.
Install the requirements with "npm run quickstart -- --prepare"; "openvz" also needs the package bash-static.

Exit codes: 0 measured; 1 a measurement failed, or --check found a missed aim; 2 usage error, nothing was measured.`;

/** Parses the arguments. @throws CommanderError after it wrote the help or a usage error. */
export function readOptions(
  words: readonly string[],
  names: readonly string[],
  { out, err }: Output,
): Options {
  const command = new Command("npm run bench --")
    .description("Measure how long MiniCloud takes in comparison with a peer.")
    .addArgument(new Argument("[measurement...]", "names of measurements (default: all)").choices(names))
    .addOption(
      new Option("--rounds <number>", `number of rounds, 1 to ${mostRounds}`)
        .default(usualRounds)
        .argParser(wholeNumber(mostRounds)),
    )
    .addOption(
      new Option(
        "--count <number>",
        `at most this number of instances, calls or resources, 1 to ${mostCount}, for a quick trial (default: those of the aims)`,
      )
        .argParser(wholeNumber(mostCount))
        .conflicts("write"),
    )
    .addOption(
      new Option("--minutes <number>", `time limit of each measurement, 1 to ${mostMinutes}`)
        .default(usualMinutes)
        .argParser(wholeNumber(mostMinutes)),
    )
    .option("--json", "print only JSON on standard output", false)
    .option("--check", "exit with code 1 if an aim is missed, and name it", false)
    .option("--write", "write the results into docs/performance.md; other measurements keep theirs", false)
    .addHelpText("after", notes)
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError()
    .exitOverride()
    .parse(words, { from: "user" });
  return { ...command.opts<Omit<Options, "wanted">>(), wanted: command.processedArgs[0] as string[] };
}

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < 1 || number > most) {
      throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
    }
    return number;
  };
}
