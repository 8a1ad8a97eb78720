import type { z } from "zod";
import { allowed, show } from "../protocol/validate";
import type { Io } from "./io";

/** What the daemon has names for: completion lists these, and a mistyped one is answered with the nearest. */
export type NamedSubject = "image" | "type" | "key" | "instance" | "fleet";

/** What a word of the command line names; a `path` may be one in an instance, behind its name and a colon. */
export type Subject = NamedSubject | "file" | "path" | "shell";

/** One option or argument, as data. */
export interface Parameter<S extends z.ZodType = z.ZodType> {
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

type Parameters = Readonly<Record<string, Parameter>>;
type Values<P extends Parameters> = { readonly [K in keyof P]: z.output<P[K]["value"]> };

interface Definition<P extends Parameters> {
  readonly name: string;
  readonly summary: string;
  /** The options by the names that `run` gets them under. */
  readonly options: P;
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

export interface Command extends Omit<Definition<Parameters>, "options"> {
  readonly options: Parameters;
  readonly arguments: Parameters;
  /** What is wrong with the words as they came, one line each. */
  readonly mistakes: (raw: Raw) => readonly string[];
  /** @returns the exit code. @throws MccError, or an AggregateError of several. */
  readonly run: (raw: Raw, io: Io) => Promise<number>;
}

/** The words of a command line by their names, as commander took them apart. */
type Raw = Readonly<Record<string, unknown>>;

/** Declares a row of the command table. `run` may return an exit code; nothing stands for 0. */
export function command<O extends Parameters, A extends Parameters>(
  definition: Definition<O> & {
    readonly arguments: A;
    /** What is wrong with words that are right each by itself, one line each. */
    readonly check?: (values: Values<O & A>) => readonly string[];
    readonly run: (values: Values<O & A>, io: Io) => Promise<number | undefined> | Promise<void>;
  },
): Command {
  const { check = () => [], run, ...rest } = definition;
  const parameters: O & A = { ...definition.options, ...definition.arguments };
  return {
    ...rest,
    mistakes: (raw) => {
      const mistakes = Object.entries(parameters).flatMap(([key, parameter]) =>
        mistakesOf(parameter, raw[key]),
      );
      return mistakes.length > 0 ? mistakes : check(read(parameters, raw));
    },
    run: async (raw, io) => (await run(read(parameters, raw), io)) ?? 0,
  };
}

function mistakesOf(parameter: Parameter, value: unknown): string[] {
  if (parameter.required && value === undefined) {
    return [`required option '${parameter.syntax}' not specified`];
  }
  return (parameter.value.safeParse(value).error?.issues ?? []).map((issue) => {
    const [index] = issue.path;
    const written: unknown = Array.isArray(value) && typeof index === "number" ? value[index] : value;
    return `${labelOf(parameter)} is ${show(written)}: ${allowed(issue)}`;
  });
}

function read<P extends Parameters>(parameters: P, raw: Raw): Values<P> {
  const entries = Object.entries(parameters).map(([key, { value }]) => [key, value.parse(raw[key])] as const);
  // TypeScript does not follow the keys through the entries.
  return Object.fromEntries(entries) as Values<P>;
}

/** `--image` for an option, `INSTANCE` for an argument. */
function labelOf({ syntax }: Parameter): string {
  return /--[a-z-]+/.exec(syntax)?.[0] ?? syntax.replace(/[<>[\].]/g, "");
}
