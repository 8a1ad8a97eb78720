import colors from "picocolors";
import type { DriverName, Options } from "./options";
import type { Place } from "./place";

/** What a run of the quickstart is about. */
export interface Work {
  readonly options: Options;
  readonly place: Place;
}

/** Tells the user of something that takes a while. */
export type Say = (text: string) => void;

export interface Step {
  readonly title: string;
  /** The one driver that needs it; all of them where this is left out. */
  readonly driver?: DriverName;
  /** Does what is not done yet. @returns the outcome in a few words. */
  readonly run: (work: Work, say: Say) => Promise<string>;
}

const titleWidth = 14;

/** Runs steps one after the other, with a line for the outcome of each, up to the first that fails. */
export async function runSteps(steps: readonly Step[], work: Work): Promise<void> {
  for (const { title, run } of steps.filter(
    ({ driver }) => (driver ?? work.options.driver) === work.options.driver,
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
