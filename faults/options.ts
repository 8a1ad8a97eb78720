import { Command, InvalidArgumentError, Option } from "commander";
import { driverNames } from "./hosts/host";
import { effects, kindNames } from "./kinds";
import { operationNames } from "./operations/operations";

export interface Options {
  readonly driver: readonly string[];
  readonly operation: readonly string[];
  readonly kind: readonly string[];
  readonly effect: readonly string[];
  readonly step?: string;
  readonly seconds?: number;
  readonly seed?: number;
  readonly shard: { readonly number: number; readonly of: number };
  readonly resume?: string;
  readonly json: boolean;
  readonly log: boolean;
  readonly write: boolean;
}

/** Where help and usage errors go. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const notes = `
Lets each file operation, each command and each call of an engine's API of a daemon fail once, in each way, while it works on a client's call. Then it
checks what the client was told, restarts the daemon, compares its records with the engine, repeats the call, destroys
everything, and checks that nothing remains. Root is needed for the drivers openvz (with fakes of its programs), lxc and incus (with an
LXD server), which run in separate namespaces.

Exit codes: 0 every try passed; 1 a try failed; 2 usage error, nothing was tried.`;

/** Parses the arguments. @throws CommanderError after it wrote the help or a usage error. */
export function readOptions(words: readonly string[], { out, err }: Output): Options {
  return new Command("npm run faults --")
    .description("Let every step of the daemon fail once.")
    .addOption(several("--driver <name>", "only with this driver", driverNames))
    .addOption(several("--operation <name>", "only during this operation", operationNames))
    .addOption(several("--kind <name>", "only this fault", kindNames))
    .addOption(several("--effect <name>", "only steps of this sort", effects))
    .option("--step <id>", "only the step with this id, as a failure prints it")
    .addOption(
      new Option(
        "--seconds <number>",
        "stop after this time, which the drivers and operations share; the order is random",
      ).argParser(wholeNumber),
    )
    .addOption(new Option("--seed <number>", "the random order; a run prints it").argParser(wholeNumber))
    .addOption(
      new Option("--shard <number/of>", "only this part of all faults, such as 1/4")
        .default({ number: 1, of: 1 }, "1/1")
        .argParser(shard),
    )
    .option("--resume <file>", "continue: add each result to the file, and skip what it contains")
    .option("--json", "print only JSON on standard output", false)
    .option("--log", "print the log of the daemon of each failed try on standard error", false)
    .option("--write", "write the numbers into docs/reliability.md", false)
    .addHelpText("after", notes)
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError()
    .exitOverride()
    .parse(words, { from: "user" })
    .opts<Options>();
}

function several(syntax: string, help: string, choices: readonly string[]): Option {
  return new Option(syntax, `${help}; repeatable (default: all)`)
    .default([], "")
    .choices(choices)
    .argParser((value: string, earlier: readonly string[]) => {
      if (!choices.includes(value)) {
        throw new InvalidArgumentError(`Choose one of ${choices.join(", ")}.`);
      }
      return [...earlier, value];
    });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError("Give a whole number of at most 9 digits.");
  }
  return number;
}

function shard(text: string): { number: number; of: number } {
  const [, number, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (number === undefined || of === undefined || number < 1 || number > of) {
    throw new InvalidArgumentError("Give a number and the number of parts, such as 1/4.");
  }
  return { number, of };
}
