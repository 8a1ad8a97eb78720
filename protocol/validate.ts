import type { z } from "zod";
import { MccError } from "./error";
import { show } from "./show";

export { show };

/** The number of mistakes, or of names of parameters, that one message lists. */
const mostListed = 16;
const longestPathPart = 64;

/**
 * Parses a value by the schema, and fills in defaults.
 *
 * @param what the name of the value in messages: `instance.create`, `types.json`.
 * @throws MccError `invalid` that lists the first 16 mistakes: the parameter, its value, and the allowed values.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = parse(schema, value, what);
  if (parsed.success) {
    return parsed.data;
  }
  const mistakes = listed(parsed.error.issues, (issue) => describe(issue, value));
  throw new MccError("invalid", `${what}: ${mistakes.join("; ")}.`);
}

/**
 * Zod compares the `length` also of values that are neither strings nor arrays. A struct can have such a member, and
 * `{length: {toString: 0}}` throws in the comparison.
 */
function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof TypeError) {
      throw new MccError("invalid", `${what}: a struct was given where a string or an array is required.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Returns the texts of the first 16 items, and how many more there are. */
function listed<T>(items: readonly T[], words: (item: T) => string): string[] {
  const more = items.length - mostListed;
  return [...items.slice(0, mostListed).map(words), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** Parameters whose values messages never quote, because they can contain secrets. */
export const confidential: readonly PropertyKey[] = ["userData"];

/** Describes one mistake, without the name of the whole value. */
export function describe(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.code === "unrecognized_keys") {
    const names = listed(issue.keys, show).join(", ");
    return `there is no parameter ${names}${pathText(issue.path, " in ")}`;
  }
  const came = valueAt(root, issue.path);
  if (came === undefined && issue.path.length > 0) {
    return `${pathText(issue.path)} is missing (${allowed(issue)})`;
  }
  if (issue.path.some((name) => confidential.includes(name))) {
    return `${pathText(issue.path)}: ${allowed(issue)}`;
  }
  return `${pathText(issue.path) || "the value"} is ${show(came)}: ${allowed(issue)}`;
}

/** Describes the allowed values. */
export function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.message.startsWith("Too small") ? `expected at least ${issue.minimum}` : issue.message;
    case "too_big":
      return issue.message.startsWith("Too big") ? `expected at most ${issue.maximum}` : issue.message;
    case "invalid_key":
      return issue.issues.map((inner) => inner.message).join(", ");
    default:
      return issue.message;
  }
}

function pathText(path: PropertyKey[], before = ""): string {
  return path.length === 0 ? "" : before + path.map(pathPart).join(".");
}

function pathPart(key: PropertyKey): string {
  const name = String(key);
  return name.length > longestPathPart ? `${name.slice(0, longestPathPart)}…` : name;
}

/** Returns the value at a path, or `undefined` if the path does not exist. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}
