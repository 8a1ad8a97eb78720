import { requireMembers } from "../../find/require-members";
import { listCommand } from "../../list-command";
import { memberColumns } from "../../output/member-columns";

export const listMembers = listCommand(
  "list-members",
  "List the members of the cluster, with their state and what is free",
  requireMembers,
  memberColumns,
);
