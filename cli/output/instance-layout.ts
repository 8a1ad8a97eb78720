import type { Instance } from "../../protocol/instance";
import type { Layout } from "./listing";

/** An instance, or a container of somebody else's, whose engine has its own ids and statuses. */
export interface InstanceRow extends Pick<Instance, "name" | "ipAddress" | "image" | "type" | "keys"> {
  readonly id: number | string;
  readonly status: string;
}

const colours = new Map(
  Object.entries({
    pending: "yellow",
    running: "green",
    stopped: "dim",
    destroying: "yellow",
    failed: "red",
  } as const),
);

/** Instances as `mcc list-instances` shows them. */
export const instanceLayout: Layout<InstanceRow> = {
  columns: [
    { heading: "ID", text: ({ id }) => String(id) },
    { heading: "NAME", text: ({ name }) => name, cuts: true },
    { heading: "STATUS", text: ({ status }) => status, colour: ({ status }) => colours.get(status) },
    { heading: "ADDRESS", text: ({ ipAddress }) => ipAddress },
    { heading: "IMAGE", text: ({ image }) => image, cuts: true },
    { heading: "TYPE", text: ({ type }) => type, cuts: true },
    { heading: "KEYS", text: ({ keys }) => keys.join(","), cuts: true },
  ],
  id: ({ id }) => String(id),
  classic: {
    heading: "\t\tID\tIP\t\tSTATUS\t\tTEMPLATE\t\t\tNAME",
    // An address takes up two tab stops, and the "-" of one that is not there takes one.
    line: ({ id, ipAddress, status, image, name }) =>
      `INSTANCE\t${id}\t${ipAddress === "-" ? "-\t" : ipAddress}\t${status}\t\t${image}\t\t${name}`,
  },
};
