import type { z } from "zod";
import { allowed, show } from "../protocol/validate";
import type { Io } from "./io";

/** The kinds of named objects in the daemon. Completion lists their names, and an error suggests the nearest ones. */
export type NamedSubject = "image" | "type" | "key" | "instance" | "fleet" | "token" | "member";

/** The kinds of objects that an argument can name. A `path` can be `INSTANCE:PATH`, which is a path in an instance. */
export type Subject = NamedSubject | "file" | "path" | "shell";

/** One option or argument, as data. */
export interface Parameter<S extends z.ZodType = z.ZodType> {
  /** The syntax for commander: `-i, --image <IMAGE>` for an option, `<NAME>` or `[INSTANCE...]` for an argument. */
  readonly syntax: string;
  readonly help: string;
  /** Checks and parses the text from the command line, which is `undefined` if the argument was omitted. */
  readonly value: S;
  /** Marks an option that is required. */
  readonly required?: true;
  /** Marks an option that can be repeated. One without a value has an empty text for each time. */
  readonly several?: true;
  /** Options that conflict with this one, by their attribute names. */
  readonly excludes?: readonly string[];
  readonly names?: readonly Subject[];
}

type Parameters = Readonly<Record<string, Parameter>>;
type Values<P extends Parameters> = { readonly [K in keyof P]: z.output<P[K]["value"]> };

interface Definition<P extends Parameters> {
  readonly name: string;
  readonly summary: string;
  /** The options, under the names by which `run` receives them. */
  readonly options: P;
  readonly examples: readonly Example[];
  /** Shorter names, which other tools have made familiar. */
  readonly aliases?: readonly string[];
  /** Also creates a program `mcc-<name>`, as in the first MiniCloud. */
  readonly standalone?: true;
  /** Passes all arguments after the first one to the user's command, also those that start with a dash. */
  readonly passThrough?: true;
  /** Omits the command from help and completion. */
  readonly hidden?: true;
}

/** The arguments of `mcc`, and their effect. */
export type Example = readonly [words: string, meaning: string];

export interface Command extends Omit<Definition<Parameters>, "options"> {
  readonly options: Parameters;
  readonly arguments: Parameters;
  /** Returns the usage errors in the arguments, one line each. */
  readonly mistakes: (raw: Raw) => readonly string[];
  /** Runs the command. @returns the exit code. @throws MccError, or an AggregateError of several. */
  readonly run: (raw: Raw, io: Io) => Promise<number>;
}

/** The arguments and options by their names, as commander parsed them. */
type Raw = Readonly<Record<string, unknown>>;

/** Declares a row of the command table. `run` can return an exit code; the default is 0. */
export function command<O extends Parameters, A extends Parameters>(
  definition: Definition<O> & {
    readonly arguments: A;
    /** Returns the conflicts between values that are valid individually, one line each. */
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

/** Returns `--image` or `-L` for an option, or `INSTANCE` for an argument. */
function labelOf({ syntax }: Parameter): string {
  return /--[a-z-]+|^-[A-Za-z]\b(?!,)/.exec(syntax)?.[0] ?? syntax.replace(/[<>[\].]/g, "");
}
