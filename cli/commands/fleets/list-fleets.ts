import { listCommand } from "../../list-command";
import { fleetColumns } from "../../output/fleet-columns";

export const listFleets = listCommand(
  "list-fleets",
  "List fleets, and how many of their members are ready",
  (client) => client.call("fleet.list", {}),
  fleetColumns,
);
