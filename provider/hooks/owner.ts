export type Labels = Record<string, string>;

/** What label keys of MiniCloud's own begin with. */
export const ownPrefix = "minicloud/";
const longestValue = 255;

/** Labels that say, on the host, which resource of which stack an instance is. */
export function ownerLabels(ownerUrn: string): Labels {
  const { stack, project, resource } = readUrn(ownerUrn);
  return Object.fromEntries(
    Object.entries({ project, stack, resource }).map(([key, value]) => [
      ownPrefix + key,
      value.slice(0, longestValue).replace(/[\p{Cc}\p{Cs}]/gu, "?"),
    ]),
  );
}

/** The labels that are the user's. */
export function withoutOwnerLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(ownPrefix)));
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
