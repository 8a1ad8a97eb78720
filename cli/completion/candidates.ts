import { Option } from "commander";
import type { Command, Parameter, Subject } from "../command";
import { namesOf } from "../find/subjects";
import type { Io } from "../io";
import { shells } from "./shells";

/** A completion of the current word. */
interface Candidate {
  readonly word: string;
  readonly description: string;
}

interface Offer {
  readonly words: readonly Candidate[];
  /** Whether a path on this machine is also valid. The shell completes paths itself. */
  readonly files?: boolean;
}

const nothing: Offer = { words: [] };

/** The options that commander adds to the program. */
const programOptions: readonly Candidate[] = [
  { word: "--help", description: "Show all commands" },
  { word: "--version", description: "Show the version" },
];
const help: Candidate = { word: "help", description: "Show the help of a command" };

/**
 * Returns the completions of the last word.
 *
 * @param words the arguments of `mcc`. The last is the current word, which can be empty.
 * @throws MccError if names are needed and the daemon does not answer.
 */
export async function offer(io: Io, commands: readonly Command[], words: readonly string[]): Promise<Offer> {
  const current = words.at(-1) ?? "";
  const earlier = words.slice(0, -1);
  const found = await offerAll(io, commands, words);
  return {
    ...found,
    // Names that were already given are not offered again; options are.
    words: found.words.filter(
      ({ word }) => word.startsWith(current) && (word.startsWith("-") || !earlier.includes(word)),
    ),
  };
}

async function offerAll(
  io: Io,
  commands: readonly Command[],
  [name = "", ...rest]: readonly string[],
): Promise<Offer> {
  const named = commands.map((row) => ({ word: row.name, description: row.summary }));
  if (rest.length === 0) {
    return { words: name.startsWith("-") ? programOptions : [...named, help] };
  }
  if (name === help.word) {
    return rest.length === 1 ? { words: named } : nothing;
  }
  const command = commands.find((row) => [row.name, ...(row.aliases ?? [])].includes(name));
  return command === undefined ? nothing : await offerWords(io, command, rest);
}

async function offerWords(io: Io, command: Command, words: readonly string[]): Promise<Offer> {
  const options = Object.values(command.options).map((row) => ({ row, option: new Option(row.syntax) }));
  const valued = (word: string | undefined): Parameter | undefined =>
    options.find(({ option }) => option.required && isName(word, option))?.row;
  const last = words.length - 1;
  const current = words[last] ?? "";
  const before = valued(words[last - 1]);
  if (before !== undefined) {
    return await offerNames(io, before.names, current);
  }
  const [assignment, long, value = ""] = /^(--[a-z-]+)=(.*)$/s.exec(current) ?? [];
  if (assignment !== undefined) {
    const { words: values, ...files } = await offerNames(io, valued(long)?.names, value);
    return { ...files, words: values.map((each) => ({ ...each, word: `${long}=${each.word}` })) };
  }
  if (current.startsWith("-")) {
    return {
      words: options.map(({ row, option }) => ({
        word: option.long ?? option.short ?? "",
        description: row.help,
      })),
    };
  }
  const place = words.filter(
    (word, index) => index < last && !word.startsWith("-") && valued(words[index - 1]) === undefined,
  ).length;
  return await offerNames(io, argumentAt(command, place)?.names, current);
}

function isName(word: string | undefined, { short, long }: Option): boolean {
  return word !== undefined && [short, long].includes(word);
}

/** Returns the argument at this position. A variadic last argument covers all further positions. */
function argumentAt(command: Command, place: number): Parameter | undefined {
  const rows = Object.values(command.arguments);
  const last = rows.at(-1);
  return rows[place] ?? (last?.syntax.includes("...") === true ? last : undefined);
}

/** Returns the names of these kinds. @param current the part of the name that was typed. */
async function offerNames(io: Io, subjects: readonly Subject[] = [], current: string): Promise<Offer> {
  const offers = await Promise.all(subjects.map((subject) => offerOf(io, subject, current)));
  return {
    words: offers.flatMap(({ words }) => words),
    files: offers.some(({ files }) => files),
  };
}

async function offerOf(io: Io, subject: Subject, current: string): Promise<Offer> {
  const described = (words: readonly string[]): Offer => ({
    words: words.map((word) => ({ word, description: subject })),
  });
  switch (subject) {
    case "file":
      return { words: [], files: true };
    case "path": {
      // The part after the colon is a path in the instance.
      const isRemote = /^[^/:]*:/.test(current);
      const names = isRemote ? [] : await namesOf(io.connect(), "instance");
      return { ...described(names.map((name) => `${name}:`)), files: !isRemote };
    }
    case "shell":
      return described(shells);
    default:
      return described(await namesOf(io.connect(), subject));
  }
}
