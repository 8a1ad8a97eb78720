import { ownerKeys } from "../../../protocol/methods/values/owner";
import type { Identity } from "../identity-schema";

export type Labels = Record<string, string>;

/** The prefix of MiniCloud's own label keys. */
export const ownPrefix = "minicloud/";
const longestValue = 255;

/** The owner of an instance, a fleet or a key. */
export type Owner = Pick<Identity, "ownerUrn" | "organization">;

/** Returns the labels that name the stack and the resource of an instance. */
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

/** Returns the labels of the user. */
export function withoutOwnerLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(ownPrefix)));
}

/** Returns the first owner label that differs from those of the given owner, or undefined if all are equal. */
export function foreignLabel(
  labels: Labels,
  { ownerUrn }: Owner,
): { key: string; wanted: string; found: string | undefined } | undefined {
  const foreign = Object.entries(ownerLabels({ ownerUrn })).find(([key, value]) => labels[key] !== value);
  return foreign && { key: foreign[0], wanted: foreign[1], found: labels[foreign[0]] };
}

/** Returns the name of the resource in the program. */
export function logicalName(ownerUrn: string): string {
  return readUrn(ownerUrn).resource;
}

/** Parses `urn:pulumi:<stack>::<project>::<types>::<name>`. The name can contain `::`. */
function readUrn(urn: string): { stack: string; project: string; resource: string } {
  const [, stack = "", project = "", resource = urn] =
    /^urn:pulumi:(.*?)::(.*?)::.*?::(.*)$/s.exec(urn) ?? [];
  return { stack, project, resource };
}
