import { createHash } from "node:crypto";
import { MccError } from "../../../client";
import type { ClaimedToken } from "../../../protocol/methods/values/claim";
import type { Properties } from "../check-properties";
import { type Identity, recordedIdentity } from "../identity-schema";
import { daemon } from "../sdk/connection";
import { holderOf, noteHolder, tokenOf } from "./held-tokens";
import { knowsOwners } from "./ownership";

/** The number of tokens for one URN: existing resources that were moved away or retained still have theirs. */
const mostTokens = 32;

/**
 * Returns the owner of the resource and its client token. A new resource gets the token of its URN, or a token that is
 * derived from it if a resource that was moved away still has that one.
 *
 * @param olds the current inputs of the resource. Empty for a new resource, also for a replacement.
 */
export async function identityFor(olds: Properties, news: Properties): Promise<Identity> {
  const identity = recordedIdentity(olds, news);
  const { ownerUrn, clientToken } = identity;
  if (typeof olds.clientToken === "string") {
    const retainOnDelete = olds.retainOnDelete === true || identity.retainOnDelete === true;
    noteHolder(olds.clientToken, { ownerUrn, retainOnDelete });
    return identity;
  }
  const held = tokenOf(ownerUrn);
  if (held !== undefined && holderOf(held)?.retainOnDelete === false) {
    // The replaced resource, which has the token, is destroyed first.
    return { ...identity, clientToken: held };
  }
  return { ...identity, clientToken: await freeToken(ownerUrn, clientToken) };
}

async function freeToken(ownerUrn: string, first: string): Promise<string> {
  const chain = tokensAfter(first);
  const made = await whatTheyMade(chain);
  const isAbandoned = (token: string): boolean =>
    made.get(token)?.spent === false && holderOf(token) === undefined;
  return chain.find(isAbandoned) ?? chain.find((token) => !isLeft(token, made.get(token), ownerUrn)) ?? first;
}

/** Tells whether the object of the token has left this URN, or will leave it. */
function isLeft(token: string, made: ClaimedToken | undefined, ownerUrn: string): boolean {
  const holder = holderOf(token);
  if (holder !== undefined) {
    return holder.ownerUrn !== ownerUrn || holder.retainOnDelete;
  }
  if (made === undefined || !made.spent) {
    return false;
  }
  const { released, owner } = made;
  return released || (owner !== undefined && (owner.urn !== ownerUrn || owner.retainOnDelete === true));
}

/** Returns an empty map if the daemon fails. The creation then fails with the same error and reports it. */
async function whatTheyMade(clientTokens: string[]): Promise<Map<string, ClaimedToken>> {
  try {
    const made = (await knowsOwners()) ? await daemon().call("token.list", { clientTokens }) : [];
    return new Map(made.map((each) => [each.clientToken, each]));
  } catch (error) {
    if (MccError.isInstance(error)) {
      return new Map();
    }
    throw error;
  }
}

function tokensAfter(first: string): string[] {
  const chain = [first];
  for (let last = first; chain.length < mostTokens; chain.push(last)) {
    last = createHash("sha256").update(last).digest("hex").slice(0, 32);
  }
  return chain;
}
