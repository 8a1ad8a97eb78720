/** What rides in a container's description and makes it this daemon's. */
export interface Metadata {
  readonly serverId: string;
  readonly id: number;
  readonly uid: string;
}

/** What stands between a name and its value. */
export type Assignment = "=" | ":";

const pattern =
  /^minicloud server[=:](?<serverId>[0-9a-f]{32}) id[=:](?<id>[1-9]\d{0,9}) uid[=:](?<uid>[0-9a-f]{32})$/;

/** Free of quotes, backslashes and control characters, which `vzlist -j` does not escape. */
export function formatMetadata({ serverId, id, uid }: Metadata, assignment: Assignment): string {
  return `minicloud server${assignment}${serverId} id${assignment}${id} uid${assignment}${uid}`;
}

/** Undefined for any other description: the container is someone else's. */
export function parseMetadata(description: string | undefined): Metadata | undefined {
  const { serverId, id, uid } = pattern.exec(description ?? "")?.groups ?? {};
  return serverId === undefined || id === undefined || uid === undefined
    ? undefined
    : { serverId, id: Number(id), uid };
}
