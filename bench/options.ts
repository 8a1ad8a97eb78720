import { Argument, Command, InvalidArgumentError, Option } from "commander";

export interface Options {
  /** Names of measurements; none for all. */
  readonly wanted: readonly string[];
  readonly rounds: number;
  readonly json: boolean;
  readonly check: boolean;
}

/** Where help and usage errors are written. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const usualRounds = 3;
const mostRounds = 100;

const notes = `
Measures MiniCloud and a peer by turns, as root, in namespaces of its own, and prints the ratio of the medians.
"npm run quickstart -- --prepare" installs what it needs; "openvz" also needs the package bash-static.

Exit codes: 0 measured; 1 a measurement failed, or --check found a missed aim; 2 usage error, nothing was measured.`;

/** @throws CommanderError once the help, or what is wrong with the arguments, has been written. */
export function readOptions(
  words: readonly string[],
  names: readonly string[],
  { out, err }: Output,
): Options {
  const command = new Command("npm run bench --")
    .description("Measure how long MiniCloud takes in comparison with a peer.")
    .addArgument(new Argument("[measurement...]", "what to measure (default: all)").choices(names))
    .addOption(
      new Option("--rounds <number>", `1 to ${mostRounds}`).default(usualRounds).argParser(parseRounds),
    )
    .option("--json", "print JSON and nothing else on standard output", false)
    .option("--check", "exit with 1 when an aim is missed, and name it", false)
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
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostRounds}.`);
  }
  return rounds;
}
