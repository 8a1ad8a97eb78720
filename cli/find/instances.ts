import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { notThere } from "./subjects";

/** What the daemon takes to name an instance, from what a user wrote. */
export function idOrName(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/**
 * Finds instances by id or name among those that there are now.
 *
 * @param others names that could have been written, too.
 * @returns a function that throws MccError `not-found`, with the names that are near.
 */
export async function instancePicker(
  client: Client,
  others: readonly string[] = [],
): Promise<(text: string) => Instance> {
  const all = await client.call("instance.list", {});
  return (text) => {
    const asked = idOrName(text);
    const found = all.find(({ id, name }) => asked === id || asked === name);
    if (found === undefined) {
      throw notThere("instance", asked, [...all.map(({ name }) => name), ...others]);
    }
    return found;
  };
}

/**
 * Those that are named, each once.
 *
 * @param others names that could have been written, too.
 * @throws MccError `not-found` for the first that does not exist.
 */
export async function findInstances(
  client: Client,
  texts: readonly string[],
  others?: readonly string[],
): Promise<Instance[]> {
  const pick = await instancePicker(client, others);
  return [...new Set(texts.map(pick))];
}

export async function findInstance(client: Client, text: string): Promise<Instance> {
  return (await instancePicker(client))(text);
}

/** Names just this instance to the daemon, and never one that got its id or name later. */
export interface Target {
  readonly instance: number;
  readonly uid: string;
}

export function targetOf({ id, uid }: Instance): Target {
  return { instance: id, uid };
}

/** `500 (web)`, for lines about an instance. */
export function titleOf({ id, name }: Instance): string {
  return `${id} (${name})`;
}
