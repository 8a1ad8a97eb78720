import { formatBytes } from "../../protocol/bytes";
import type { ShownUsage } from "../find/usage-readings";
import type { Layout } from "./listing";

/** From which part of its limit an amount is shown in a colour. */
const colourFrom = { red: 0.9, yellow: 0.75 };

/** The columns of what instances use. */
export const usageColumns: Layout<ShownUsage> = {
  columns: [
    { heading: "ID", text: ({ id }) => String(id), whole: true },
    { heading: "NAME", text: ({ name }) => name, cuts: true },
    {
      heading: "STATUS",
      text: ({ status }) => status,
      neededBy: ({ status }) => status !== "running",
    },
    {
      heading: "CPU",
      text: ({ cpuPercent }) => (cpuPercent === undefined ? "" : `${cpuPercent.toFixed(1)}%`),
    },
    { heading: "CPUS", text: ({ limits: { cpus = "" } }) => String(cpus), yields: true },
    {
      heading: "MEMORY",
      text: ({ used, limits }) => ofLimit(used?.memoryBytes, limits.memoryBytes, formatBytes),
      colour: ({ used, limits }) => colourOf(used?.memoryBytes, limits.memoryBytes),
    },
    {
      heading: "MEMORY %",
      text: ({ used, limits }) => percentText(used?.memoryBytes, limits.memoryBytes),
      yields: true,
    },
    {
      heading: "PROCESSES",
      text: ({ used, limits }) => ofLimit(used?.processes, limits.processes, String),
      colour: ({ used, limits }) => colourOf(used?.processes, limits.processes),
      yields: true,
    },
    {
      heading: "DISK",
      text: ({ used, limits }) => ofLimit(used?.diskBytes, limits.diskBytes, formatBytes),
      neededBy: ({ used }) => used?.diskBytes !== undefined,
      yields: true,
    },
  ],
  id: ({ name }) => name,
  owned: "instances",
  classic: { line: ({ id, name, cpuPercent = "-" }) => `USAGE\t${id}\t${name}\t${cpuPercent}` },
};

/** Returns `34.1 MiB of 64 MiB`; an empty text for an amount that is not known. */
function ofLimit(
  used: number | undefined,
  limit: number | undefined,
  format: (amount: number) => string,
): string {
  if (used === undefined) {
    return "";
  }
  return limit === undefined ? format(used) : `${format(used)} of ${format(limit)}`;
}

function percentText(used: number | undefined, limit: number | undefined): string {
  return used === undefined || limit === undefined ? "" : `${((100 * used) / limit).toFixed(1)}%`;
}

function colourOf(used: number | undefined, limit: number | undefined): "red" | "yellow" | undefined {
  if (used === undefined || limit === undefined) {
    return undefined;
  }
  const part = used / limit;
  return part >= colourFrom.red ? "red" : part >= colourFrom.yellow ? "yellow" : undefined;
}
