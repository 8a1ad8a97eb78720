import { Command, InvalidArgumentError, Option } from "commander";

export interface Options {
  readonly seed: number;
  readonly seconds: number;
  /** Repeats only this case of the seed. */
  readonly case?: number;
  readonly json: boolean;
}

/** The output for help and usage errors. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const largestSeed = 0x7fff_ffff;
const longestSeconds = 86_400;

const notes = `
Starts a daemon with the simulated driver on loopback, and ends it afterwards. The seed decides every request.

Exit codes: 0 no defect; 1 defects were found, each with the command that repeats it; 2 usage error.`;

/** Parses the arguments. @throws CommanderError after it wrote the help or a usage error. */
export function readOptions(words: readonly string[], { out, err }: Output): Options {
  return new Command("npm run fuzz --")
    .description(
      "Send hostile requests to a daemon, and check its answers, its memory, and that it survives.",
    )
    .addOption(
      new Option("--seed <number>", `seed of the requests, up to ${largestSeed} (default: a random one)`)
        .argParser(wholeNumber(0, largestSeed))
        .default(Math.floor(Math.random() * largestSeed), "a random one"),
    )
    .addOption(
      new Option("--seconds <number>", "how long to send requests")
        .argParser(wholeNumber(1, longestSeconds))
        .default(60),
    )
    .addOption(
      new Option("--case <number>", "send only this request of the seed").argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--json", "print only JSON on standard output", false)
    .addHelpText("after", notes)
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError()
    .exitOverride()
    .parse(words, { from: "user" })
    .opts<Options>();
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}
