import { Argument, InvalidArgumentError, Option, Command as Program } from "commander";
import { packageVersion } from "../protocol/package-version";
import type { Command, Word } from "./command";
import { commandTable } from "./command-table";
import { printable } from "./output/printable";
import { didYouMean } from "./subjects";

/** `mcc`, with every command as a subcommand. It throws CommanderError once it has said what is wrong with the words. */
export function makeProgram(): Program {
  const program = prepare(new Program("mcc"))
    .version(packageVersion())
    .description("Drives a MiniCloud daemon, which makes disposable test hosts.")
    .enablePositionalOptions()
    .addHelpText("after", environmentHelp);
  program.on("command:*", ([asked]: [string]) => {
    const names = commandTable.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
    const suggestion = didYouMean(asked, names) || " mcc --help shows those there are.";
    program.error(`there is no command "${asked}".${suggestion}`);
  });
  for (const command of commandTable) {
    const subcommand = prepare(new Program(command.name));
    program.addCommand(describe(subcommand, command, "mcc "), { hidden: command.hidden ?? false });
  }
  return program;
}

/** One command as a program of its own, `mcc-<name>`. */
export function makeStandaloneProgram(command: Command): Program {
  const program = prepare(new Program(`mcc-${command.name}`)).version(packageVersion());
  return describe(program, command, "mcc-");
}

const environmentHelp = `
Environment:
  MCC_SERVER  the daemon, as host:port or a URL (default: 127.0.0.1:8080)
  MCC_TOKEN   its token (default: the token of the daemon on this machine)
  NO_COLOR    set to anything, there are no colours`;

/** What holds for programs and subcommands alike: errors are one line, and are thrown. */
function prepare(program: Program): Program {
  return program.exitOverride().configureOutput({
    outputError: (message, write) => {
      const line = message.trim().replace(/^error: /, "");
      write(`${fullName(program)}: ${printable(line)}\n`);
    },
  });
}

function fullName(program: Program): string {
  return program.parent === null ? program.name() : `${program.parent.name()} ${program.name()}`;
}

function describe(program: Program, command: Command, prefix: string): Program {
  program.summary(command.summary).description(`${command.summary}.`);
  const attributes = Object.entries(command.options).map(([key, word]) => {
    const option = makeOption(word);
    program.addOption(option);
    return { key, attribute: option.attributeName() };
  });
  const positions = Object.entries(command.arguments).map(([key, { syntax, help }]) => {
    program.addArgument(new Argument(syntax, help));
    return key;
  });
  if (command.passThrough) {
    program.passThroughOptions();
  }
  program.addHelpText("after", examplesOf(command, prefix));
  return program.action(async () => {
    const options = program.opts<Record<string, unknown>>();
    const raw = Object.fromEntries([
      ...attributes.map(({ key, attribute }) => [key, options[attribute]] as const),
      ...positions.map((key, index) => [key, program.processedArgs[index] as unknown] as const),
    ]);
    const mistakes = command.mistakes(raw);
    if (mistakes.length > 0) {
      program.error(`${mistakes.join("; ")}.`);
    }
    process.exitCode = await command.run(raw);
  });
}

function makeOption({ syntax, help, required, several, excludes }: Word): Option {
  const option = new Option(syntax, help)
    .makeOptionMandatory(required ?? false)
    .conflicts([...(excludes ?? [])]);
  if (!option.required) {
    return option;
  }
  return several ? option.argParser(collect) : option.argParser(onlyOnce);
}

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** Of two values, one would silently lose. */
function onlyOnce(text: string, earlier: unknown): string {
  if (earlier !== undefined) {
    throw new InvalidArgumentError("It was given before; give it once.");
  }
  return text;
}

function examplesOf({ examples }: Command, prefix: string): string {
  const width = Math.max(...examples.map(([words]) => words.length));
  const lines = examples.map(([words, meaning]) => `  ${prefix}${words.padEnd(width)}  ${meaning}`);
  return ["", "Examples:", ...lines].join("\n");
}
