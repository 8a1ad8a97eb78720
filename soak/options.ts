import { Command, InvalidArgumentError, Option } from "commander";

export interface Options {
  readonly minutes: number;
  readonly driver: "lxc" | "simulated";
  readonly json: boolean;
}

/** The output for help and usage errors. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const longestMinutes = 7 * 24 * 60;

const notes = `
Starts a daemon, in separate namespaces with the driver lxc, and removes everything afterwards.

Exit codes: 0 everything returned to its start; 1 something is left, which is named; 2 usage error.`;

/** Parses the arguments. @throws CommanderError after it wrote the help or a usage error. */
export function readOptions(words: readonly string[], isRoot: boolean, { out, err }: Output): Options {
  return new Command("npm run soak --")
    .description("Create, use and destroy instances for a long time, and check that nothing accumulates.")
    .addOption(new Option("--minutes <number>", "how long").argParser(parseMinutes).default(10))
    .addOption(
      new Option("--driver <name>", "container engine; lxc needs root")
        .choices(["lxc", "simulated"])
        .default(isRoot ? "lxc" : "simulated"),
    )
    .option("--json", "print only JSON on standard output", false)
    .addHelpText("after", notes)
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError()
    .exitOverride()
    .parse(words, { from: "user" })
    .opts<Options>();
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || minutes === 0 || minutes > longestMinutes) {
    throw new InvalidArgumentError(`Give a number of minutes up to ${longestMinutes}, such as 5 or 0.5.`);
  }
  return minutes;
}
