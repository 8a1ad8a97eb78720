import type { Instance } from "../../protocol/methods/instance";
import { noOrganization, ownerKeys } from "../../protocol/methods/values/owner";
import { accountColumn } from "./account-column";
import type { Layout } from "./listing";
import { timeLeft } from "./time-left";

/** An instance, or a container that MiniCloud does not manage. Such a container has the engine's id and status. */
export interface InstanceRow
  extends Pick<
    Instance,
    | "name"
    | "ipAddress"
    | "image"
    | "type"
    | "keys"
    | "labels"
    | "expiresAt"
    | "lease"
    | "failure"
    | "account"
    | "member"
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
    unreachable: "red",
  } as const),
);

/** The columns of every command that shows instances in a table. Columns further right are omitted earlier. */
export const instanceColumns: Layout<InstanceRow> = {
  columns: [
    { heading: "ID", text: ({ id }) => String(id), whole: true },
    { heading: "NAME", text: ({ name }) => name, cuts: true },
    { heading: "STATUS", text: ({ status }) => status, colour: ({ status }) => colours.get(status) },
    { heading: "ADDRESS", text: ({ ipAddress }) => ipAddress, whole: true },
    {
      heading: "MEMBER",
      text: ({ member = "" }) => member,
      neededBy: ({ member }) => member !== undefined,
      cuts: true,
    },
    { heading: "IMAGE", text: ({ image }) => image, cuts: true },
    { heading: "TYPE", text: ({ type }) => type, cuts: true, yields: true },
    { heading: "KEYS", text: ({ keys }) => keys.join(","), cuts: true, yields: true },
    { heading: "TTL", text: timeLeft, yields: true },
    { heading: "OWNER", text: ({ labels }) => ownerOf(labels), cuts: true, yields: true },
    accountColumn,
  ],
  id: ({ id }) => String(id),
  owned: "instances",
  classic: {
    heading: "\t\tID\tIP\t\tSTATUS\t\tTEMPLATE\t\t\tNAME",
    // An address covers two tab stops, and the "-" of a missing address covers one.
    line: ({ id, ipAddress, status, image, name }) =>
      `INSTANCE\t${id}\t${ipAddress === "-" ? "-\t" : ipAddress}\t${status}\t\t${image}\t\t${name}`,
  },
};

/** Returns `project/stack/resource`, with the organization in front if there is one. */
function ownerOf(labels: Instance["labels"]): string {
  const { organization, project, stack, resource } = ownerKeys;
  const parts = [project, stack, resource].flatMap((key) => labels[key] ?? []);
  const owner = labels[organization];
  return [...(owner === undefined || owner === noOrganization ? [] : [owner]), ...parts].join("/");
}
