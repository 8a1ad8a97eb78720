import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";
import { nearest } from "../../protocol/nearest";
import type { NamedSubject } from "../command";

/** How mcc lists each kind of object, and the command that shows it to a user. */
const subjects: Readonly<
  Record<NamedSubject, { list: (client: Client) => Promise<readonly { name: string }[]>; shownBy: string }>
> = {
  image: { list: (client) => client.call("image.list", {}), shownBy: "list-images" },
  type: { list: (client) => client.call("type.list", {}), shownBy: "list-instance-types" },
  key: { list: (client) => client.call("key.list", {}), shownBy: "list-keys" },
  instance: { list: (client) => client.call("instance.list", {}), shownBy: "list-instances -a" },
  fleet: { list: (client) => client.call("fleet.list", {}), shownBy: "list-fleets" },
  member: { list: async (client) => (await client.info()).members ?? [], shownBy: "list-members" },
  token: { list: (client) => client.call("accessToken.list", {}), shownBy: "list-tokens" },
};

export async function namesOf(client: Client, subject: NamedSubject): Promise<string[]> {
  return (await subjects[subject].list(client)).map(({ name }) => name);
}

/** Returns ` Did you mean "debian-12"?`, or an empty string if no name is similar. */
export function didYouMean(asked: string, names: readonly string[]): string {
  return suggestionOf(nearest(asked, names));
}

/** Returns ` Did you mean "stop", "start" or "restart"?`, or an empty string without names. */
export function suggestionOf(names: readonly string[]): string {
  return names.length === 0 ? "" : ` Did you mean ${anyOf(names.map((name) => `"${name}"`))}?`;
}

/** Returns `a, b or c`. */
function anyOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" or ");
}

/**
 * Returns the error `There is no fleet "wed" on this server. Did you mean "web"?`
 *
 * @param names the existing names.
 */
export function notThere(subject: NamedSubject, asked: number | string, names: readonly string[]): MccError {
  const near = typeof asked === "number" ? "" : didYouMean(asked, names);
  const hint = near || ` List them with mcc ${subjects[subject].shownBy}.`;
  return new MccError("not-found", `There is no ${subject} ${JSON.stringify(asked)} on this server.${hint}`);
}

/** A name from the command line, or undefined if it was omitted. */
export interface Asked {
  readonly subject: NamedSubject;
  readonly name: string | undefined;
}

/** Adds similar names to a `not-found` error about one of the names. Returns any other error unchanged. */
export async function withSuggestion(
  client: Client,
  error: unknown,
  asked: readonly Asked[],
): Promise<unknown> {
  if (error instanceof AggregateError) {
    const errors: unknown[] = error.errors;
    return new AggregateError(await Promise.all(errors.map((each) => withSuggestion(client, each, asked))));
  }
  if (!MccError.hasCode(error, "not-found")) {
    return error;
  }
  const missing = asked.find(({ name }) => name !== undefined && error.message.includes(`"${name}"`));
  if (missing?.name === undefined) {
    return error;
  }
  const suggestion = didYouMean(missing.name, await namesOf(client, missing.subject));
  return MccError.reword(error, `${error.message}${suggestion}`);
}
