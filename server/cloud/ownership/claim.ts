import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type ClaimedToken, type Owner, ownerSchema } from "../../../protocol/methods/claim";
import { ownerKeys } from "../../../protocol/methods/owner";

/** What the daemon keeps of whose something is. */
export const claimFields = {
  clientToken: z.string().optional(),
  /** Tokens that made it for those who owned it earlier. */
  formerTokens: z.array(z.string()).optional(),
  /**
   * The attempt that made it or took it up last, until its owner has recorded it. Left out: the client token is spent,
   * as in every record of a release that did not know this.
   */
  unconfirmed: z.strictObject({ attempt: z.string().optional() }).optional(),
  owner: ownerSchema.optional(),
  /** Whether its owner gave it up; its labels still say who that was. */
  released: z.boolean().optional(),
};
export type Claim = z.infer<z.ZodObject<typeof claimFields>>;

/** What a create says of itself. */
export interface Asked {
  readonly clientToken?: string | undefined;
  readonly attempt?: string | undefined;
  readonly owner?: Owner | undefined;
  readonly patienceSeconds?: number | undefined;
}

/** Of what a create makes. */
export function newClaim({ clientToken, attempt, owner }: Asked): Claim {
  return {
    clientToken,
    ...(owner === undefined ? {} : { owner }),
    ...(clientToken === undefined ? {} : { unconfirmed: { attempt } }),
  };
}

/** Of what its owner has recorded. */
export function confirmed(owner: Owner): Claim {
  return { owner, unconfirmed: undefined, released: undefined };
}

/** Whether `confirmed` would change nothing. */
export function isConfirmedAs({ owner, unconfirmed, released: isReleased }: Claim, asked: Owner): boolean {
  return isDeepStrictEqual(owner, asked) && unconfirmed === undefined && isReleased !== true;
}

/** Of what has no owner any more. */
export function released({ clientToken, formerTokens = [] }: Claim): Claim {
  return {
    owner: undefined,
    released: true,
    unconfirmed: undefined,
    clientToken: undefined,
    formerTokens: clientToken === undefined ? formerTokens : [...formerTokens, clientToken],
  };
}

/** Of what had no owner and gets one. */
export function adopted(claim: Claim, asked: Asked): Claim {
  return { ...released(claim), ...newClaim(asked), released: undefined };
}

/** Whether the owner of the one, if still there, would only forget it, and the other is made in its place. */
export function isLeftBy({ owner: former, unconfirmed }: Claim, owner: Owner | undefined): boolean {
  return (
    former?.retainOnDelete === true &&
    unconfirmed === undefined &&
    former.urn === owner?.urn &&
    former.organization === owner.organization
  );
}

/** The URN or, for what an earlier release made, what its labels say; undefined for what nobody owns. */
export function ownerOf(
  { owner, released: isReleased }: Claim,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const { organization, project, stack, resource } = ownerKeys;
  const parts = [organization, project, stack, resource].flatMap((key) => labels[key] ?? []);
  const byLabels = isReleased === true || parts.length === 0 ? undefined : parts.join("/");
  return owner?.urn ?? byLabels;
}

/** What `token.list` says of a thing, for one of its tokens. */
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
