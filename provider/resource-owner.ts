import type { Owner } from "../protocol/methods/values/claim";

/** Returns the owner in the form of the daemon. Characters that it refuses in a URN become `\u` and their code. */
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
