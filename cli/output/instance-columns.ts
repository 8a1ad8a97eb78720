import type { Instance } from "../../protocol/methods/instance";
import { noOrganization, ownerKeys } from "../../protocol/methods/owner";
import type { Layout } from "./listing";
import { timeLeft } from "./time-left";

/** An instance, or a container of somebody else's, whose engine has its own ids and statuses. */
export interface InstanceRow
  extends Pick<
    Instance,
    "name" | "ipAddress" | "image" | "type" | "keys" | "labels" | "expiresAt" | "lease"
  > {
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

/** The columns of every command that shows instances in a table. What stands further right is left out earlier. */
export const instanceColumns: Layout<InstanceRow> = {
  columns: [
    { heading: "ID", text: ({ id }) => String(id) },
    { heading: "NAME", text: ({ name }) => name, cuts: true },
    { heading: "STATUS", text: ({ status }) => status, colour: ({ status }) => colours.get(status) },
    { heading: "ADDRESS", text: ({ ipAddress }) => ipAddress },
    { heading: "IMAGE", text: ({ image }) => image, cuts: true },
    { heading: "TYPE", text: ({ type }) => type, cuts: true, yields: true },
    { heading: "KEYS", text: ({ keys }) => keys.join(","), cuts: true, yields: true },
    { heading: "TTL", text: timeLeft, yields: true },
    { heading: "OWNER", text: ({ labels }) => ownerOf(labels), cuts: true, yields: true },
  ],
  id: ({ id }) => String(id),
  classic: {
    heading: "\t\tID\tIP\t\tSTATUS\t\tTEMPLATE\t\t\tNAME",
    // An address takes up two tab stops, and the "-" of one that is not there takes one.
    line: ({ id, ipAddress, status, image, name }) =>
      `INSTANCE\t${id}\t${ipAddress === "-" ? "-\t" : ipAddress}\t${status}\t\t${image}\t\t${name}`,
  },
};

/** `project/stack/resource`, behind the organization where there is one. */
function ownerOf(labels: Instance["labels"]): string {
  const { organization, project, stack, resource } = ownerKeys;
  const parts = [project, stack, resource].flatMap((key) => labels[key] ?? []);
  const owner = labels[organization];
  return [...(owner === undefined || owner === noOrganization ? [] : [owner]), ...parts].join("/");
}
