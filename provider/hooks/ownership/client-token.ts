import { createHash } from "node:crypto";
import { MccError } from "../../../client";
import type { ClaimedToken } from "../../../protocol/methods/claim";
import type { Properties } from "../check-properties";
import { type Identity, recordedIdentity } from "../identity-schema";
import { daemon } from "../sdk/connection";
import { holderOf, noteHolder, tokenOf } from "./held-tokens";
import { knowsOwners } from "./ownership";

/** How often a place in a program can have been left, by moves and retained replacements of what still exists. */
const mostTokens = 32;

/**
 * Whose the resource is, with the client token that it has or is to be made with: that of its place in the program,
 * or another one derived from it while something that left the place has that one.
 *
 * @param olds inputs of the resource as it is; empty for one that is to be made, also as a replacement.
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
    // It is destroyed first.
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

/** Whether what the token made is no longer at this place of the program, or not for long. */
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

/** Nothing where no daemon tells it; the creation then meets the same failure, and says so. */
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
