import { Option } from "commander";
import { connect } from "../../client/client";
import type { Command, Subject, Word } from "../command";
import { namesOf } from "../subjects";
import { shells } from "./shells";

/** Something to offer in the place of the word that is being written. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** In the place of words: the shell completes a path by itself. */
export const anyFile = "any file";

type Offer = readonly Candidate[] | typeof anyFile;

/**
 * What may stand in the place of the last of the words.
 *
 * @param words behind `mcc`; the last is the one that is being written, and may be empty.
 * @throws MccError when names are asked for and the daemon does not answer.
 */
export async function offer(commands: readonly Command[], words: readonly string[]): Promise<Offer> {
  const [name = "", ...rest] = words;
  const found = rest.length === 0 ? offerCommands(commands) : await offerWords(commands, name, rest);
  const current = words.at(-1) ?? "";
  return found === anyFile ? found : found.filter(({ word }) => word.startsWith(current));
}

function offerCommands(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, summary }) => ({ word: name, description: summary }));
}

async function offerWords(
  commands: readonly Command[],
  name: string,
  words: readonly string[],
): Promise<Offer> {
  const command = commands.find((row) => row.name === name);
  if (command === undefined) {
    return [];
  }
  const options = Object.values(command.options).map((row) => ({ row, option: new Option(row.syntax) }));
  const optionBefore = (index: number): Word | undefined => {
    const before = words[index - 1];
    return options.find(({ option }) => option.required && isName(before, option))?.row;
  };
  const last = words.length - 1;
  const valued = optionBefore(last);
  if (valued !== undefined) {
    return await offerNames(valued.names);
  }
  if (words[last]?.startsWith("-") === true) {
    return options.map(({ row, option }) => ({ word: option.long ?? "", description: row.help }));
  }
  const place = words.filter(
    (word, index) => index < last && !word.startsWith("-") && optionBefore(index) === undefined,
  ).length;
  return await offerNames(argumentAt(command, place)?.names);
}

function isName(word: string | undefined, { short, long }: Option): boolean {
  return word !== undefined && [short, long].includes(word);
}

/** The last argument may take several words. */
function argumentAt(command: Command, place: number): Word | undefined {
  const rows = Object.values(command.arguments);
  const last = rows.at(-1);
  return rows[place] ?? (last?.syntax.includes("...") === true ? last : undefined);
}

async function offerNames(subject: Subject | undefined): Promise<Offer> {
  switch (subject) {
    case undefined:
      return [];
    case "file":
      return anyFile;
    case "shell":
      return shells.map((word) => ({ word, description: subject }));
    default:
      return (await namesOf(connect(), subject)).map((word) => ({ word, description: subject }));
  }
}
