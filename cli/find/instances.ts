import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/methods/instance";
import { notThere } from "./subjects";

/** Parses an argument to the daemon's form: a number for an id, a string for a name. */
export function idOrName(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/**
 * Lists the instances once, to find several of them by id or name.
 *
 * @param others further names to suggest.
 * @returns a function that finds one, or throws MccError `not-found` with similar names.
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
 * Returns the named instances, each once.
 *
 * @param others further names to suggest.
 * @throws MccError `not-found` for the first text without an instance.
 */
export async function findInstances(
  client: Client,
  texts: readonly string[],
  others?: readonly string[],
): Promise<Instance[]> {
  const pick = await instancePicker(client, others);
  return await forbiddenFirst(client, texts, () => [...new Set(texts.map(pick))]);
}

/**
 * Returns the result of `pick`. If it finds an instance missing, the daemon is asked for each, because the list of a user
 * has no instances of other accounts, and to name one is `forbidden`.
 */
async function forbiddenFirst<T>(client: Client, texts: readonly string[], pick: () => T): Promise<T> {
  try {
    return pick();
  } catch (error) {
    const { caller } = await client.info();
    for (const text of caller?.role === "user" ? texts : []) {
      await client.call("instance.get", { instance: idOrName(text) }).catch((refusal: unknown) => {
        if (MccError.hasCode(refusal, "forbidden")) {
          throw refusal;
        }
      });
    }
    throw error;
  }
}

export async function findInstance(client: Client, text: string): Promise<Instance> {
  const pick = await instancePicker(client);
  return await forbiddenFirst(client, [text], () => pick(text));
}

/** Identifies exactly this instance, and never a later one with the same id or name. */
export interface Target {
  readonly instance: number;
  readonly uid: string;
}

export function targetOf({ id, uid }: Instance): Target {
  return { instance: id, uid };
}

/** Returns `500 (web)`, the title of an instance in messages. */
export function titleOf({ id, name }: Instance): string {
  return `${id} (${name})`;
}
