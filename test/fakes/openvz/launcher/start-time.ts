import { readFileSync } from "node:fs";

/**
 * Tells two processes apart that got the same number: field 22 of proc(5)'s stat. Empty for one that is gone, as a
 * zombie is.
 */
export function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
