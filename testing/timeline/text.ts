import type { Moment } from "./moment";

/** Returns one line for each moment: seconds since the first one, the host, and what happened. */
export function timelineText(fleet: string, moments: readonly Moment[]): string {
  const [first] = moments;
  if (first === undefined) {
    return `Timeline of fleet ${fleet}: nothing is known.`;
  }
  const width = Math.max(...moments.map(({ who }) => who.length));
  const lines = moments.map(({ atMs, who, what }) => {
    const seconds = ((atMs - first.atMs) / 1000).toFixed(3);
    // Control characters could be a program's output, and would change the terminal of the test's report.
    return `${seconds.padStart(9)}  ${who.padEnd(width)}  ${what.replaceAll(/\p{Cc}+/gu, " ")}`;
  });
  const start = new Date(first.atMs).toISOString();
  return [`Timeline of fleet ${fleet}, in seconds since ${start}:`, ...lines].join("\n");
}
