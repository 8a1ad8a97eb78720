import type { FleetStatus, FleetSummary } from "../../protocol/methods/fleet";
import { accountColumn } from "./account-column";
import type { Layout } from "./listing";
import { timeLeft } from "./time-left";

const colours = {
  applying: "yellow",
  ready: "green",
  degraded: "red",
  destroying: "yellow",
  failed: "red",
} as const satisfies Record<FleetStatus, string>;

/** The columns of every command that shows fleets in a table. */
export const fleetColumns: Layout<FleetSummary> = {
  columns: [
    { heading: "FLEET", text: ({ name }) => name, cuts: true },
    { heading: "STATUS", text: ({ status }) => status, colour: ({ status }) => colours[status] },
    { heading: "READY", text: ({ counts: { ready, wanted } }) => `${ready}/${wanted}` },
    { heading: "IMAGE", text: ({ image }) => image, cuts: true },
    { heading: "TYPE", text: ({ type }) => type, cuts: true, yields: true },
    { heading: "KEYS", text: ({ keys }) => keys.join(","), cuts: true, yields: true },
    { heading: "TTL", text: timeLeft, yields: true },
    accountColumn,
  ],
  id: ({ name }) => name,
  owned: "fleets",
  classic: { line: ({ name }) => `FLEET\t${name}` },
};
