import type { Moment } from "./moment";
import { timelineSvg } from "./svg";
import { timelineText } from "./text";

/** Shows what happened to the hosts of a fleet, and what the test did with them. */
export interface Timeline {
  /** One line for each event, with the seconds since the first one. */
  readonly text: string;
  /** A picture in SVG: a row for each host, whose colour tells its state. */
  readonly svg: string;
}

/** @param moments in any order. */
export function timelineOf(fleet: string, moments: readonly Moment[]): Timeline {
  const sorted = moments.toSorted((one, other) => one.atMs - other.atMs);
  return { text: timelineText(fleet, sorted), svg: timelineSvg(fleet, sorted) };
}
