import { createHash } from "node:crypto";
import type { Effect } from "../kinds";

/** One step of the daemon: the nth call with this pattern, since the recording began. */
export interface Step {
  /** The call with its paths or arguments, without ids, numbers and random names. */
  readonly pattern: string;
  readonly occurrence: number;
  readonly effect: Effect;
}

const longestPattern = 200;

/** Returns a short name of the step that stays the same in other runs. */
export function stepId({ pattern, occurrence }: Pick<Step, "pattern" | "occurrence">): string {
  return createHash("sha256").update(`${pattern}#${occurrence}`).digest("hex").slice(0, 8);
}

/**
 * Replaces what differs between runs.
 *
 * @param folders the paths with their names in patterns, longest first.
 */
export function patternOf(text: string, folders: readonly (readonly [path: string, name: string])[]): string {
  const named = folders.reduce((rest, [path, name]) => rest.replaceAll(path, name), text);
  return named
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b/g, "H")
    .replace(/\d+/g, "N")
    .replace(/\s+/g, " ")
    .slice(0, longestPattern);
}
