import colors from "picocolors";
import type { DriverName, Options } from "./options";
import type { Place } from "./place";

/** The options and paths of a run. */
export interface Work {
  readonly options: Options;
  readonly place: Place;
}

/** Reports a step that takes long. */
export type Say = (text: string) => void;

export interface Step {
  readonly title: string;
  /** The drivers that need the step. Default: all drivers. */
  readonly drivers?: readonly DriverName[];
  /** Does the work that is not done yet. @returns the outcome as a short text. */
  readonly run: (work: Work, say: Say) => Promise<string>;
}

const titleWidth = 14;

/** Runs steps one after the other, and prints the outcome of each. Stops at the first failure. */
export async function runSteps(steps: readonly Step[], work: Work): Promise<void> {
  for (const { title, run } of steps.filter(
    ({ drivers }) => drivers?.includes(work.options.driver) ?? true,
  )) {
    const say: Say = (text) =>
      console.log(`${colors.dim("…")} ${title.padEnd(titleWidth)} ${colors.dim(text)}`);
    try {
      console.log(`${colors.green("✓")} ${title.padEnd(titleWidth)} ${await run(work, say)}`);
    } catch (error) {
      console.log(`${colors.red("✗")} ${title}`);
      throw error;
    }
  }
}
