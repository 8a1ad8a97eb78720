import { z } from "zod";

/** The members of parameters and results that name an object. No others are recorded, because they can be secrets. */
const naming = [
  "instance",
  "container",
  "member",
  "fleet",
  "name",
  "key",
  "image",
  "lease",
  "role",
  "count",
  "id",
  "uid",
  "account",
] as const;
/** The members that are recorded of a result. */
const created = ["id", "name", "uid"] as const;

/** Names and ids, and nothing that could be a longer text in the wrong place. */
const valueSchema = z.union([z.int(), z.string().regex(/^[\w.:/-]{1,128}$/)]);

export type Subject = Record<string, string | number>;

/**
 * Returns what a call names and what it created.
 *
 * @param parameters of the call: a struct, or the positional ones of the first MiniCloud, of which only an id is recorded.
 * @param result undefined for a call that failed.
 */
export function subjectOf(parameters: readonly unknown[], result: unknown): Subject {
  const [first] = parameters;
  return {
    ...(Number.isSafeInteger(first) ? pick({ instance: first }, ["instance"]) : pick(first, naming)),
    ...pick(result, created),
  };
}

function pick(value: unknown, names: readonly string[]): Subject {
  if (typeof value !== "object" || value === null) {
    return {};
  }
  return Object.fromEntries(
    // Only what is there: a failed parse takes far longer than a successful one.
    names
      .filter((name) => Object.hasOwn(value, name))
      .flatMap((name) => {
        const { data } = valueSchema.safeParse(Reflect.get(value, name));
        return data === undefined ? [] : [[name, data]];
      }),
  );
}
