import type { Command, Option } from "commander";
import type { Command as Row } from "../cli/command";
import { commandTable } from "../cli/command-table";
import { programHelp } from "../cli/help-text";
import { makeCommand } from "../server/command-line";
import { heading, literal, tagged, text } from "./roff";

/** Returns the manual pages by their file names: `mcc.1`, `mcc-<command>.1` for each command, and `mccserver.8`. */
export function manualPages(version: string): Readonly<Record<string, string>> {
  const commands = commandTable.filter(({ hidden }) => hidden !== true);
  return {
    "mcc.1": programPage(commands, version),
    ...Object.fromEntries(commands.map((row) => [`mcc-${row.name}.1`, commandPage(row, version)])),
    "mccserver.8": daemonPage(makeCommand(version), version),
  };
}

function programPage(commands: readonly Row[], version: string): string {
  return page("mcc", 1, version, "control a MiniCloud daemon, which runs disposable test hosts", [
    heading("SYNOPSIS"),
    text("mcc COMMAND [OPTION...] [ARGUMENT...]"),
    heading("COMMANDS"),
    ...commands.map(({ name, summary }) => tagged(`mcc-${name}(1)`, `${summary}.`)),
    ...environment(),
    heading("SEE ALSO"),
    text("mccserver(8)"),
  ]);
}

function commandPage(row: Row, version: string): string {
  const positions = Object.values(row.arguments);
  const options = Object.values(row.options);
  const words = ["mcc", row.name, ...(options.length > 0 ? ["[OPTION...]"] : [])];
  const aliases = (row.aliases ?? []).map((alias) => `mcc ${alias}`);
  return page(`mcc-${row.name}`, 1, version, lowerFirst(row.summary), [
    heading("SYNOPSIS"),
    text([...words, ...positions.map(({ syntax }) => syntax)].join(" ")),
    ...(aliases.length > 0 ? [text(`Also: ${aliases.join(", ")}.`)] : []),
    ...(positions.length > 0 ? [heading("ARGUMENTS")] : []),
    ...positions.map(({ syntax, help }) => tagged(syntax, help)),
    ...(options.length > 0 ? [heading("OPTIONS")] : []),
    ...options.map(({ syntax, help }) => tagged(syntax, help)),
    heading("EXAMPLES"),
    ...row.examples.map(([example, meaning]) => tagged(`mcc ${example}`, meaning)),
    ...environment(),
    heading("SEE ALSO"),
    text("mcc(1), mccserver(8)"),
  ]);
}

function daemonPage(command: Command, version: string): string {
  return page("mccserver", 8, version, "cloud for disposable test fleets on this machine", [
    heading("SYNOPSIS"),
    text("mccserver [OPTION...]"),
    heading("DESCRIPTION"),
    text(command.description()),
    heading("OPTIONS"),
    ...command.options.filter(({ hidden }) => !hidden).map((option) => tagged(option.flags, helpOf(option))),
    heading("FILES"),
    tagged("/etc/default/minicloud", "options of the daemon that systemd starts"),
    tagged("/etc/minicloud/types.json", "your own instance types"),
    tagged("/var/lib/minicloud", "all files of the daemon"),
    heading("SEE ALSO"),
    text("mcc(1)"),
  ]);
}

function helpOf({ description, defaultValue, defaultValueDescription, argChoices }: Option): string {
  const shown =
    defaultValueDescription ??
    (typeof defaultValue === "string" || typeof defaultValue === "number" ? String(defaultValue) : undefined);
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.join(", ")}`];
  const notes = [...choices, ...(shown === undefined ? [] : [`default: ${shown}`])];
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

function environment(): string[] {
  return [heading("ENVIRONMENT"), literal(programHelp.all.replace(/^\s*Environment:\n/, ""))];
}

function page(
  name: string,
  section: number,
  version: string,
  summary: string,
  parts: readonly string[],
): string {
  const title = `.TH ${name.toUpperCase()} ${section} "" "MiniCloud ${version}"`;
  const purpose = text(`${name} - ${summary}`).replace(`${name.replaceAll("-", "\\-")} \\- `, `${name} \\- `);
  return `${[title, heading("NAME"), purpose, ...parts].join("\n")}\n`;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
