import type { Owner } from "../protocol/methods/claim";

/** Which resource something belongs to, as the daemon keeps it. What cannot travel in a URN is written as its code. */
export function resourceOwner({
  ownerUrn,
  organization,
  retainOnDelete,
}: {
  readonly ownerUrn: string;
  readonly organization?: string | undefined;
  readonly retainOnDelete?: boolean | undefined;
}): Owner {
  return {
    urn: ownerUrn.replace(/[\p{Cc}\p{Cs}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16)}`),
    ...(organization === undefined ? {} : { organization }),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
  };
}
