import { Argument, Help, InvalidArgumentError, Option, Command as Program } from "commander";
import { packageVersion } from "../protocol/package-version";
import { traced } from "../protocol/tracing/spans";
import { show } from "../protocol/validate";
import type { Command, Parameter } from "./command";
import { commandTable } from "./command-table";
import { examplesText, programHelp } from "./help-text";
import type { Io, Output } from "./io";
import { printable } from "./output/printable";
import { suggestCommands } from "./suggest-commands";

/** Creates a program for one run. @param onEnd receives the exit code of the command. */
export type MakeProgram = (io: Io, onEnd: (exitCode: number) => void) => Program;

/** Creates `mcc`, with every command as a subcommand. It throws CommanderError after it printed a usage error. */
export function makeProgram(io: Io, onEnd: (exitCode: number) => void): Program {
  const program = prepare(new Program("mcc"), io)
    .version(packageVersion())
    .description("Control a MiniCloud daemon, which runs disposable test hosts.")
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: titleOfCommand })
    .addHelpText("after", programHelp.own)
    .addHelpText("afterAll", programHelp.all)
    // This action runs without arguments, or if the first argument is not a command.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => showHelp(program, program.args[0]));
  for (const command of commandTable) {
    const subcommand = prepare(new Program(command.name), io).aliases(command.aliases ?? []);
    program.addCommand(describe(subcommand, command, "mcc ", io, onEnd), { hidden: command.hidden ?? false });
  }
  const help = prepare(new Program("help"), io)
    .summary("Show the help of a command")
    .argument("[COMMAND]", "name of a command (default: mcc itself)")
    .action((asked: string | undefined) => showHelp(program, asked));
  return program.helpCommand(false).addCommand(help);
}

/** Creates the standalone program `mcc-<name>` of one command. */
export function makeStandaloneProgram(command: Command, io: Io, onEnd: (exitCode: number) => void): Program {
  const program = prepare(new Program(`mcc-${command.name}`), io)
    .version(packageVersion())
    .addHelpText("afterAll", programHelp.all);
  return describe(program, command, "mcc-", io, onEnd);
}

/** Shows the help of one command, or of the program. For an unknown command, it suggests similar names. */
function showHelp(program: Program, asked: string | undefined): void {
  const isAsked = (command: Program): boolean => [command.name(), ...command.aliases()].includes(asked ?? "");
  const found = asked === undefined ? program : program.commands.find(isAsked);
  if (found !== undefined) {
    found.outputHelp();
  } else if (asked?.startsWith("-") === true) {
    program.error(`unknown option '${asked}'. List the options with mcc --help.`);
  } else {
    const suggestion = suggestCommands(asked ?? "", commandTable) || " List the commands with mcc --help.";
    program.error(`there is no command "${asked}".${suggestion}`);
  }
}

/** Returns `run-instances (run) [options]`. */
function titleOfCommand(command: Program): string {
  return new Help().subcommandTerm(command).replace(/\|(\S+)/, " ($1)");
}

/** Applies the common settings of programs and subcommands: errors are one line, and are thrown. */
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

/** Returns the width of the help. Commander's own default without a terminal is also 80. */
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
  // Excess arguments are reported below, together with all other usage errors.
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
    onEnd(await traced(`mcc ${command.name}`, {}, () => command.run(raw, io)));
  });
}

function excessOf({ args, registeredArguments }: Program): string[] {
  const excess = registeredArguments.at(-1)?.variadic === true ? [] : args.slice(registeredArguments.length);
  return excess.length === 0 ? [] : [`too many arguments: ${excess.map(show).join(", ")}`];
}

function makeOption({ syntax, help, several, excludes }: Parameter): Option {
  const option = new Option(syntax, help).conflicts([...(excludes ?? [])]);
  if (!option.required) {
    // An empty value for each time that the option is given.
    return several ? option.preset("").argParser(collect) : option;
  }
  return several ? option.argParser(collect) : option.argParser(onlyOnce);
}

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** Refuses a second value, because one of them would be ignored silently. */
function onlyOnce(text: string, earlier: unknown): string {
  if (earlier !== undefined) {
    throw new InvalidArgumentError("The option was given twice; give it once.");
  }
  return text;
}
