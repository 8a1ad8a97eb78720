/** The data in a container's description. They mark it as this daemon's. */
export interface Metadata {
  readonly serverId: string;
  readonly id: number;
  readonly uid: string;
}

/** The character between a name and its value. */
export type Assignment = "=" | ":";

const pattern =
  /^minicloud server[=:](?<serverId>[0-9a-f]{32}) id[=:](?<id>[1-9]\d{0,9}) uid[=:](?<uid>[0-9a-f]{32})$/;

/** Contains no quotes, backslashes or control characters, which `vzlist -j` does not escape. */
export function formatMetadata({ serverId, id, uid }: Metadata, assignment: Assignment): string {
  return `minicloud server${assignment}${serverId} id${assignment}${id} uid${assignment}${uid}`;
}

/** Returns the data in a description; undefined for any other: then the container does not belong to a daemon. */
export function parseMetadata(description: string | undefined): Metadata | undefined {
  const { serverId, id, uid } = pattern.exec(description ?? "")?.groups ?? {};
  return serverId === undefined || id === undefined || uid === undefined
    ? undefined
    : { serverId, id: Number(id), uid };
}
