import type { z } from "zod";
import { MccError } from "./error";
import { show } from "./show";

export { show };

/** Mistakes, or names of parameters, that one message lists. */
const mostListed = 16;
const longestPathPart = 64;

/**
 * The value as the schema gives it back, defaults filled in.
 *
 * @param what names the value in the message: `instance.create`, `types.json`.
 * @throws MccError `invalid` that lists the mistakes, the first 16 of many: the parameter, what came, and what is allowed.
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
 * Zod compares the `length` of what it has already found to be no text and no list, and a struct may have such a
 * member: `{length: {toString: 0}}` throws in the comparison.
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
      throw new MccError("invalid", `${what}: a struct was given where a text or a list belongs.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** What a message says of each, and how many more there are. */
function listed<T>(items: readonly T[], words: (item: T) => string): string[] {
  const more = items.length - mostListed;
  return [...items.slice(0, mostListed).map(words), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** Parameters whose values are never quoted: they may hold secrets. */
export const confidential: readonly PropertyKey[] = ["userData"];

/** One mistake in words, without the name of what it was found in. */
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

/** What may stand in the place of what the mistake is about. */
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

/** What lies at a path, `undefined` where the path leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}
