import type { FleetStatus } from "../../../protocol/methods/fleet";
import { listCommand } from "../../list-command";
import { timeLeft } from "../../output/time-left";

const colours = {
  applying: "yellow",
  ready: "green",
  degraded: "red",
  destroying: "yellow",
  failed: "red",
} as const satisfies Record<FleetStatus, string>;

export const listFleets = listCommand(
  "list-fleets",
  "List fleets, and how many of their members are ready",
  (client) => client.call("fleet.list", {}),
  {
    columns: [
      { heading: "FLEET", text: ({ name }) => name, cuts: true },
      { heading: "STATUS", text: ({ status }) => status, colour: ({ status }) => colours[status] },
      { heading: "READY", text: ({ counts: { ready, wanted } }) => `${ready}/${wanted}` },
      { heading: "IMAGE", text: ({ image }) => image, cuts: true },
      { heading: "TYPE", text: ({ type }) => type, cuts: true, yields: true },
      { heading: "KEYS", text: ({ keys }) => keys.join(","), cuts: true, yields: true },
      { heading: "TTL", text: timeLeft, yields: true },
    ],
    id: ({ name }) => name,
    classic: { line: ({ name }) => `FLEET\t${name}` },
  },
);
