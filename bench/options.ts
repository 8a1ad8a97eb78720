import { Argument, Command, InvalidArgumentError, Option } from "commander";

export interface Options {
  /** The names of measurements. Empty for all. */
  readonly wanted: readonly string[];
  readonly rounds: number;
  readonly json: boolean;
  readonly check: boolean;
}

/** The output for help and usage errors. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const usualRounds = 3;
const mostRounds = 100;

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
        .argParser(parseRounds),
    )
    .option("--json", "print only JSON on standard output", false)
    .option("--check", "exit with code 1 if an aim is missed, and name it", false)
    .addHelpText("after", notes)
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError()
    .exitOverride()
    .parse(words, { from: "user" });
  return { ...command.opts<Omit<Options, "wanted">>(), wanted: command.processedArgs[0] as string[] };
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1 || rounds > mostRounds) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${mostRounds}.`);
  }
  return rounds;
}
