import { ownerKeys } from "../../../protocol/methods/owner";
import type { Identity } from "../identity-schema";

export type Labels = Record<string, string>;

/** What label keys of MiniCloud's own begin with. */
export const ownPrefix = "minicloud/";
const longestValue = 255;

/** Whose a resource is. */
export type Owner = Pick<Identity, "ownerUrn" | "organization">;

/** Labels that say, on the host, which resource of which stack an instance is. */
export function ownerLabels({ ownerUrn, organization }: Owner): Labels {
  const { stack, project, resource } = readUrn(ownerUrn);
  const owner = {
    ...(organization === undefined ? {} : { [ownerKeys.organization]: organization }),
    [ownerKeys.project]: project,
    [ownerKeys.stack]: stack,
    [ownerKeys.resource]: resource,
  };
  return Object.fromEntries(
    Object.entries(owner).map(([key, value]) => [
      key,
      value.slice(0, longestValue).replace(/[\p{Cc}\p{Cs}]/gu, "?"),
    ]),
  );
}

/** The labels that are the user's. */
export function withoutOwnerLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(ownPrefix)));
}

/** The first of the labels that say the owner by which these are another's, with what it would be; none for ours. */
export function foreignLabel(
  labels: Labels,
  { ownerUrn }: Owner,
): { key: string; wanted: string; found: string | undefined } | undefined {
  const foreign = Object.entries(ownerLabels({ ownerUrn })).find(([key, value]) => labels[key] !== value);
  return foreign && { key: foreign[0], wanted: foreign[1], found: labels[foreign[0]] };
}

/** The name that the resource has in the program. */
export function logicalName(ownerUrn: string): string {
  return readUrn(ownerUrn).resource;
}

/** `urn:pulumi:<stack>::<project>::<types>::<name>`, where a name may hold `::` itself. */
function readUrn(urn: string): { stack: string; project: string; resource: string } {
  const [, stack = "", project = "", resource = urn] =
    /^urn:pulumi:(.*?)::(.*?)::.*?::(.*)$/s.exec(urn) ?? [];
  return { stack, project, resource };
}
