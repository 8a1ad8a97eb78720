import type { Client } from "../client/client";
import { MccError } from "../protocol/error";
import { nearest } from "../protocol/nearest";
import type { Subject } from "./command";

/** What the daemon has names for. */
export type NamedSubject = Exclude<Subject, "file" | "shell">;

const lists: Readonly<Record<NamedSubject, (client: Client) => Promise<readonly { name: string }[]>>> = {
  image: (client) => client.call("image.list", {}),
  type: (client) => client.call("type.list", {}),
  key: (client) => client.call("key.list", {}),
  instance: (client) => client.call("instance.list", {}),
  fleet: (client) => client.call("fleet.list", {}),
};

export async function namesOf(client: Client, subject: NamedSubject): Promise<string[]> {
  return (await lists[subject](client)).map(({ name }) => name);
}

/** ` Did you mean "debian-12"?`, or nothing where no name is near. */
export function didYouMean(asked: string, names: readonly string[]): string {
  const near = nearest(asked, names).map((name) => `"${name}"`);
  return near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
}

/** A name as a user wrote it, if one was written. */
export interface Asked {
  readonly subject: NamedSubject;
  readonly name: string | undefined;
}

/** To "there is no …", what the user may have meant; any other error is left as it is. */
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
  return new MccError(error.code, `${error.message}${suggestion}`, { cause: error });
}
