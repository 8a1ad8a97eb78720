import type { z } from "zod";
import { allowed, show } from "../protocol/validate";

/** What the daemon has names for: completion lists these, and a mistyped one is answered with the nearest. */
export type NamedSubject = "image" | "type" | "key" | "instance" | "fleet";

/** What a word of the command line names; a `path` may be one in an instance, behind its name and a colon. */
export type Subject = NamedSubject | "file" | "path" | "shell";

/** One option or argument, as data. */
export interface Word<S extends z.ZodType = z.ZodType> {
  /** As commander reads it: `-i, --image <IMAGE>` for an option, `<NAME>` or `[INSTANCE...]` for an argument. */
  readonly syntax: string;
  readonly help: string;
  /** Checks and reads the text as it was written; `undefined` where the word was left out. */
  readonly value: S;
  /** An option that must be given. */
  readonly required?: true;
  /** An option that may be given more than once. */
  readonly several?: true;
  /** Options, by their attribute names, that cannot be given together with this one. */
  readonly excludes?: readonly string[];
  readonly names?: readonly Subject[];
}

type Words = Readonly<Record<string, Word>>;
type Values<W extends Words> = { readonly [K in keyof W]: z.output<W[K]["value"]> };

interface Definition<W extends Words> {
  readonly name: string;
  readonly summary: string;
  /** The options by the names that `run` gets them under. */
  readonly options: W;
  readonly examples: readonly Example[];
  /** There is a program `mcc-<name>` too, as the first MiniCloud had it. */
  readonly standalone?: true;
  /** Words after the first argument belong to a command of the user's, also those that begin with a dash. */
  readonly passThrough?: true;
  /** Left out of help and completion. */
  readonly hidden?: true;
}

/** What to write behind `mcc`, and what that does. */
export type Example = readonly [words: string, meaning: string];

export interface Command extends Omit<Definition<Words>, "options"> {
  readonly options: Words;
  readonly arguments: Words;
  /** What is wrong with the words as they came, one line each. */
  readonly mistakes: (raw: Raw) => readonly string[];
  /** @returns the exit code. @throws MccError, or an AggregateError of several. */
  readonly run: (raw: Raw) => Promise<number>;
}

/** The words of a command line by their names, as commander took them apart. */
export type Raw = Readonly<Record<string, unknown>>;

/** Declares a row of the command table. `run` may return an exit code; nothing stands for 0. */
export function command<O extends Words, A extends Words>(
  definition: Definition<O> & {
    readonly arguments: A;
    /** What is wrong with words that are right each by itself, one line each. */
    readonly check?: (values: Values<O & A>) => readonly string[];
    readonly run: (values: Values<O & A>) => Promise<number | undefined> | Promise<void>;
  },
): Command {
  const { check = () => [], run, ...rest } = definition;
  const words: O & A = { ...definition.options, ...definition.arguments };
  return {
    ...rest,
    mistakes: (raw) => {
      const mistakes = Object.entries(words).flatMap(([key, word]) => mistakesOf(word, raw[key]));
      return mistakes.length > 0 ? mistakes : check(read(words, raw));
    },
    run: async (raw) => (await run(read(words, raw))) ?? 0,
  };
}

function mistakesOf(word: Word, value: unknown): string[] {
  if (word.required && value === undefined) {
    return [`required option '${word.syntax}' not specified`];
  }
  return (word.value.safeParse(value).error?.issues ?? []).map((issue) => {
    const [index] = issue.path;
    const written: unknown = Array.isArray(value) && typeof index === "number" ? value[index] : value;
    return `${labelOf(word)} is ${show(written)}: ${allowed(issue)}`;
  });
}

function read<W extends Words>(words: W, raw: Raw): Values<W> {
  const entries = Object.entries(words).map(([key, word]) => [key, word.value.parse(raw[key])] as const);
  // TypeScript does not follow the keys through the entries.
  return Object.fromEntries(entries) as Values<W>;
}

/** `--image` for an option, `INSTANCE` for an argument. */
function labelOf({ syntax }: Word): string {
  return /--[a-z-]+/.exec(syntax)?.[0] ?? syntax.replace(/[<>[\].]/g, "");
}
