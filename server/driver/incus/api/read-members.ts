import type { Api } from "./api";
import { type ClusterMember, clusterMembersSchema } from "./types";

/** Returns the members as the engine describes them. */
export async function readMembers(api: Pick<Api, "get">): Promise<ClusterMember[]> {
  return await api.get(clusterMembersSchema, "/1.0/cluster/members", { query: { recursion: "1" } });
}
