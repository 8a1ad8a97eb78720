import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type ClaimedToken, type Owner, ownerSchema } from "../../../protocol/methods/values/claim";
import { ownerKeys } from "../../../protocol/methods/values/owner";

/** The fields of a record that tell its owner. */
export const claimFields = {
  clientToken: z.string().optional(),
  /** Tokens with which earlier owners created it. */
  formerTokens: z.array(z.string()).optional(),
  /**
   * The attempt that created or recovered it last, until its owner has recorded it. Without it the client token is spent,
   * as in the records of releases without this field.
   */
  unconfirmed: z.strictObject({ attempt: z.string().optional() }).optional(),
  owner: ownerSchema.optional(),
  /** Whether its owner released it; its labels still name that owner. */
  released: z.boolean().optional(),
};
export type Claim = z.infer<z.ZodObject<typeof claimFields>>;

/** The fields of a create that identify it. */
export interface Asked {
  readonly clientToken?: string | undefined;
  readonly attempt?: string | undefined;
  readonly owner?: Owner | undefined;
  readonly patienceSeconds?: number | undefined;
}

/** Returns the claim of a new object. */
export function newClaim({ clientToken, attempt, owner }: Asked): Claim {
  return {
    clientToken,
    ...(owner === undefined ? {} : { owner }),
    ...(clientToken === undefined ? {} : { unconfirmed: { attempt } }),
  };
}

/** Returns the claim of an object that its owner has recorded. */
export function confirmed(owner: Owner): Claim {
  return { owner, unconfirmed: undefined, released: undefined };
}

/** Returns whether `confirmed` would change nothing. */
export function isConfirmedAs({ owner, unconfirmed, released: isReleased }: Claim, asked: Owner): boolean {
  return isDeepStrictEqual(owner, asked) && unconfirmed === undefined && isReleased !== true;
}

/** Returns the claim of an object that its owner has released. */
export function released({ clientToken, formerTokens = [] }: Claim): Claim {
  return {
    owner: undefined,
    released: true,
    unconfirmed: undefined,
    clientToken: undefined,
    formerTokens: clientToken === undefined ? formerTokens : [...formerTokens, clientToken],
  };
}

/** Returns the claim of an object without an owner that is adopted. */
export function adopted(claim: Claim, asked: Asked): Claim {
  return { ...released(claim), ...newClaim(asked), released: undefined };
}

/** Returns whether the record's owner would only forget the object (`retainOnDelete`) and the new owner replaces it. */
export function isLeftBy({ owner: former, unconfirmed }: Claim, owner: Owner | undefined): boolean {
  return (
    former?.retainOnDelete === true &&
    unconfirmed === undefined &&
    former.urn === owner?.urn &&
    former.organization === owner.organization
  );
}

/** Returns the URN of the owner, or its labels for an object of an earlier release; undefined without an owner. */
export function ownerOf(
  { owner, released: isReleased }: Claim,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const { organization, project, stack, resource } = ownerKeys;
  const parts = [organization, project, stack, resource].flatMap((key) => labels[key] ?? []);
  const byLabels = isReleased === true || parts.length === 0 ? undefined : parts.join("/");
  return owner?.urn ?? byLabels;
}

/** Returns the entry of `token.list` for one of an object's tokens. */
export function describeToken(
  kind: ClaimedToken["kind"],
  { name, ...claim }: Claim & { readonly name: string },
  clientToken: string,
): ClaimedToken | undefined {
  const isCurrent = claim.clientToken === clientToken;
  if (!isCurrent && claim.formerTokens?.includes(clientToken) !== true) {
    return undefined;
  }
  const spent = !isCurrent || claim.unconfirmed === undefined;
  const isReleased = !isCurrent || claim.released === true;
  return { clientToken, kind, name, spent, owner: claim.owner, released: isReleased };
}
