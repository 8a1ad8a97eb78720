/**
 * The HTTP header by which a client announces parts of answers that earlier clients do not understand, separated by commas.
 * The daemon sends those parts only to clients that announce them.
 */
export const understoodHeader = "minicloud-understands";

/** What clients can announce. `unreachable`: the status of instances and the error code of that name. */
export const understandable = ["unreachable"] as const;
export type Understandable = (typeof understandable)[number];

/** Returns what the value of the header announces. Unknown names are those of later releases. */
export function parseUnderstood(value: string | undefined): ReadonlySet<Understandable> {
  const names = new Set((value ?? "").split(",").map((name) => name.trim()));
  return new Set(understandable.filter((name) => names.has(name)));
}
