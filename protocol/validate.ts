import type { z } from "zod";
import { MccError } from "./error";

/**
 * The value as the schema gives it back, defaults filled in.
 *
 * @param what names the value in the message: `instance.create`, `types.json`.
 * @throws MccError `invalid` that lists every mistake: the parameter, what came, and what is allowed.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const mistakes = parsed.error.issues.map((issue) => describe(issue, value));
  throw new MccError("invalid", `${what}: ${mistakes.join("; ")}.`);
}

/** Parameters whose values are never quoted: they may hold secrets. */
export const confidential: readonly PropertyKey[] = ["userData"];

/** One mistake in words, without the name of what it was found in. */
export function describe(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => `"${key}"`).join(", ");
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
  return path.length === 0 ? "" : before + path.map(String).join(".");
}

/** What lies at a path, `undefined` where the path leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** Short enough for a line, and without control characters. */
export function show(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
