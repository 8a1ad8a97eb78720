import { formatBytes } from "../../protocol/bytes";
import type { Member, MemberState } from "../../protocol/methods/member";
import type { Layout } from "./listing";
import { printable } from "./printable";

const colours = {
  online: "green",
  offline: "red",
  evacuated: "yellow",
} as const satisfies Record<MemberState, string>;

/** The columns of every command that shows members of a cluster in a table. */
export const memberColumns: Layout<Member> = {
  columns: [
    { heading: "MEMBER", text: ({ name }) => name, cuts: true },
    { heading: "STATE", text: ({ state }) => state, colour: ({ state }) => colours[state] },
    { heading: "GROUPS", text: ({ groups }) => groups.join(","), cuts: true },
    { heading: "INSTANCES", text: ({ instances }) => String(instances) },
    {
      heading: "PROCESSORS",
      text: ({ processors = "" }) => String(processors),
      neededBy: ({ processors }) => processors !== undefined,
      yields: true,
    },
    {
      heading: "FREE MEMORY",
      text: (member) => freeOf(member.freeMemoryBytes, member.memoryBytes),
      neededBy: ({ memoryBytes }) => memoryBytes !== undefined,
    },
    {
      heading: "FREE DISK",
      text: (member) => freeOf(member.freeDiskBytes, member.diskBytes),
      neededBy: ({ diskBytes }) => diskBytes !== undefined,
    },
  ],
  id: ({ name }) => name,
  classic: { line: ({ name, state, instances }) => `MEMBER \t${name}\t${state}\t${instances}` },
};

/** Returns a member in one line. */
export function memberText({ name, state, groups, instances, ...amounts }: Member): string {
  const memory = freeOf(amounts.freeMemoryBytes, amounts.memoryBytes);
  const disk = freeOf(amounts.freeDiskBytes, amounts.diskBytes);
  return printable(
    [
      `${name}: ${state}, ${instances} instances, in ${groups.join(" and ") || "no group"}`,
      ...(memory === "" ? [] : [`memory: ${memory} free`]),
      ...(disk === "" ? [] : [`disk: ${disk} free`]),
    ].join(", "),
  );
}

/** Returns `1.5 GiB of 4 GiB`. */
function freeOf(free: number | undefined, all: number | undefined): string {
  return free === undefined || all === undefined ? "" : `${formatBytes(free)} of ${formatBytes(all)}`;
}
