import type { dynamic } from "@pulumi/pulumi";
import * as z from "zod";
import { type Key, MccError } from "../../client";
import { nameSchema, uidSchema } from "../../protocol/methods/values/name";
import { normalisePublicKey, parsePublicKey, samePublicKey } from "../../protocol/public-key";
import { checkProperties, type Properties, withoutUndefined } from "./check-properties";
import { noteCheck, takeCheck } from "./checked-resources";
import { defaultName } from "./default-name";
import { goneError, unlessGone } from "./gone";
import { type Identity, identitySchema } from "./identity-schema";
import { identityFor } from "./ownership/client-token";
import { noteDeleted, noteReplaced } from "./ownership/held-tokens";
import { claimOf, knowsOwners, recordedKey } from "./ownership/ownership";
import { configureConnection, daemon } from "./sdk/connection";
import type { Hooks } from "./sdk/guard";
import { hasUnknown } from "./sdk/unknown";

const argsSchemas = { name: nameSchema.optional(), publicKey: z.string() };
const inputsSchema = identitySchema.extend({ name: nameSchema, publicKey: z.string() });
const stateSchema = inputsSchema.extend({ uid: uidSchema, serverId: uidSchema });
type State = z.infer<typeof stateSchema>;

/** The hooks of the resource `Key`. */
export const keyHooks: Hooks = {
  configure: ({ config }) => configureConnection(config),

  check: async (olds, news) => {
    noteCheck(news);
    const identity = await identityFor(olds, news);
    const { inputs, failures } = checkProperties(argsSchemas, news);
    const mistakes = [...failures, ...publicKeyFailures(inputs.publicKey)];
    const publicKey = mistakes.length > 0 ? inputs.publicKey : recordedText(olds.publicKey, inputs.publicKey);
    return {
      inputs: withoutUndefined({
        name: olds.name ?? defaultName(identity),
        ...inputs,
        publicKey,
        ...identity,
      }),
      failures: mistakes,
    };
  },

  diff: async (_id, olds, news) => {
    const replaces = news.name === undefined || news.name === olds.name ? [] : ["name"];
    const changes = replaces.length > 0 || !sameMaterial(olds.publicKey, news.publicKey);
    if (takeCheck(news) && !changes && olds.ownerUrn !== news.ownerUrn) {
      await recordedKey(targetOf(stateSchema.parse(olds)), identitySchema.parse(news));
    }
    if (replaces.length > 0) {
      noteReplaced({ ...olds, ownerUrn: news.ownerUrn });
    }
    return { changes, replaces, deleteBeforeReplace: true };
  },

  create: async (properties) => {
    const inputs = inputsSchema.parse(properties);
    const { name, publicKey } = inputs;
    const { serverId } = await daemon().info();
    const added = await daemon().call("key.add", { name, publicKey, ...(await claimOf(inputs)) });
    // An earlier run of the program can have added the key without recording it.
    const key = sameMaterial(added.publicKey, publicKey)
      ? added
      : await daemon().call("key.update", { name, publicKey, uid: added.uid });
    return { id: key.name, outs: stateOf(key, { ...inputs, serverId }) };
  },

  read: async (id, properties) => {
    const state = stateSchema.parse(properties);
    const key = await recordedKey(targetOf(state), state);
    if (key === undefined) {
      return {};
    }
    return {
      id,
      props: stateOf(key, state),
      inputs: { name: key.name, publicKey: key.publicKey, ...identitySchema.parse(state) },
    };
  },

  update: async (_id, olds, news) => {
    const state = stateSchema.parse(olds);
    const inputs = inputsSchema.parse(news);
    const known = (await knowsOwners()) ? await recordedKey(targetOf(state), inputs) : undefined;
    const key =
      known !== undefined && sameMaterial(known.publicKey, inputs.publicKey)
        ? known
        : await unlessGone(daemon().call("key.update", { ...targetOf(state), publicKey: inputs.publicKey }));
    if (key === undefined) {
      throw goneError(`the key "${state.name}"`);
    }
    return { outs: stateOf(key, { ...inputs, serverId: state.serverId }) };
  },

  delete: async (_id, properties) => {
    const state = stateSchema.parse(properties);
    noteDeleted(state);
    if (await knowsOwners()) {
      await recordedKey(targetOf(state), state);
    }
    await daemon().call("key.remove", targetOf(state));
  },
};

function targetOf({ name, uid, serverId }: State): { name: string; uid: string; serverId: string } {
  return { name, uid, serverId };
}

function stateOf(
  { name, uid, publicKey, fingerprint }: Key,
  { serverId, ...kept }: Identity & Pick<State, "serverId">,
): Properties {
  return { name, publicKey, fingerprint, uid, serverId, ...identitySchema.parse(kept) };
}

/** Names no property, because the engine would print its value, which can be a private key. */
function publicKeyFailures(publicKey: unknown): dynamic.CheckFailure[] {
  if (typeof publicKey !== "string" || hasUnknown(publicKey)) {
    return [];
  }
  try {
    parsePublicKey(publicKey);
    return [];
  } catch (error) {
    if (MccError.isInstance(error)) {
      return [{ property: "", reason: `publicKey: ${error.message}` }];
    }
    throw error;
  }
}

/**
 * Returns the text that the daemon stores, so that a refresh finds no difference. If only the comment changes, that is the
 * earlier text.
 */
function recordedText(before: unknown, publicKey: unknown): unknown {
  if (typeof publicKey !== "string" || hasUnknown(publicKey)) {
    return publicKey;
  }
  const isKnown = typeof before === "string" && publicKeyFailures(before).length === 0;
  return normalisePublicKey(isKnown && sameMaterial(before, publicKey) ? before : publicKey);
}

/** Tells whether both texts are the same key. Ignores comments and white space. */
function sameMaterial(one: unknown, other: unknown): boolean {
  return (
    typeof one === "string" && typeof other === "string" && !hasUnknown(other) && samePublicKey(one, other)
  );
}
