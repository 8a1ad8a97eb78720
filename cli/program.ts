import { Argument, InvalidArgumentError, Option, Command as Program } from "commander";
import { packageVersion } from "../protocol/package-version";
import { show } from "../protocol/validate";
import type { Command, Parameter } from "./command";
import { commandTable } from "./command-table";
import { didYouMean } from "./find/subjects";
import { examplesText, programHelp } from "./help-text";
import type { Io, Output } from "./io";
import { printable } from "./output/printable";

/** Makes a program for one run. @param onEnd gets the exit code of the command. */
export type MakeProgram = (io: Io, onEnd: (exitCode: number) => void) => Program;

/** `mcc`, with every command as a subcommand. It throws CommanderError once it has said what is wrong with the words. */
export function makeProgram(io: Io, onEnd: (exitCode: number) => void): Program {
  const program = prepare(new Program("mcc"), io)
    .version(packageVersion())
    .description("Drives a MiniCloud daemon, which makes disposable test hosts.")
    .enablePositionalOptions()
    .addHelpText("after", programHelp.own)
    .addHelpText("afterAll", programHelp.all)
    // Here come the words that name no command, or none at all.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => showHelp(program, program.args[0]));
  for (const command of commandTable) {
    const subcommand = prepare(new Program(command.name), io);
    program.addCommand(describe(subcommand, command, "mcc ", io, onEnd), { hidden: command.hidden ?? false });
  }
  const help = prepare(new Program("help"), io)
    .summary("Show the help of a command")
    .argument("[COMMAND]", "default: of mcc itself")
    .action((asked: string | undefined) => showHelp(program, asked));
  return program.helpCommand(false).addCommand(help);
}

/** One command as a program of its own, `mcc-<name>`. */
export function makeStandaloneProgram(command: Command, io: Io, onEnd: (exitCode: number) => void): Program {
  const program = prepare(new Program(`mcc-${command.name}`), io)
    .version(packageVersion())
    .addHelpText("afterAll", programHelp.all);
  return describe(program, command, "mcc-", io, onEnd);
}

/** The help of the command that is asked for, or of all; a name that there is not is answered with the nearest ones. */
function showHelp(program: Program, asked: string | undefined): void {
  const found = asked === undefined ? program : program.commands.find((command) => command.name() === asked);
  if (found !== undefined) {
    found.outputHelp();
  } else if (asked?.startsWith("-") === true) {
    program.error(`unknown option '${asked}'. mcc --help shows those there are.`);
  } else {
    const names = commandTable.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
    const suggestion = didYouMean(asked ?? "", names) || " mcc --help shows those there are.";
    program.error(`there is no command "${asked}".${suggestion}`);
  }
}

/** What holds for programs and subcommands alike: errors are one line, and are thrown. */
function prepare(program: Program, { stdout, stderr }: Io): Program {
  return program.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    getOutHelpWidth: () => helpWidth(stdout),
    getErrHelpWidth: () => helpWidth(stderr),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (message, write) => {
      const line = message.trim().replace(/^error: /, "");
      write(`${(program.parent ?? program).name()}: ${printable(line)}\n`);
    },
  });
}

/** Commander's own default for what is no terminal is 80. */
function helpWidth({ isTTY, columns }: Output): number {
  return (isTTY ? columns : undefined) ?? 80;
}

function describe(
  program: Program,
  command: Command,
  prefix: string,
  ...[io, onEnd]: Parameters<MakeProgram>
): Program {
  program.summary(command.summary).description(`${command.summary}.`);
  const attributes = Object.entries(command.options).map(([key, parameter]) => {
    const option = makeOption(parameter);
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
  program.addHelpText("after", `\n${examplesText(command.examples, prefix)}`);
  // Those of our own are said with all the other mistakes.
  return program.allowExcessArguments().action(async () => {
    const options = program.opts<Record<string, unknown>>();
    const raw = Object.fromEntries([
      ...attributes.map(({ key, attribute }) => [key, options[attribute]] as const),
      ...positions.map((key, index) => [key, program.processedArgs[index] as unknown] as const),
    ]);
    const mistakes = [...excessOf(program), ...command.mistakes(raw)];
    if (mistakes.length > 0) {
      program.error(`${mistakes.join("; ")}.`);
    }
    onEnd(await command.run(raw, io));
  });
}

function excessOf({ args, registeredArguments }: Program): string[] {
  const excess = registeredArguments.at(-1)?.variadic === true ? [] : args.slice(registeredArguments.length);
  return excess.length === 0 ? [] : [`too many arguments: ${excess.map(show).join(", ")}`];
}

function makeOption({ syntax, help, several, excludes }: Parameter): Option {
  const option = new Option(syntax, help).conflicts([...(excludes ?? [])]);
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
