import type { Comparison } from "./comparison";

/** A measured figure, by the name of its measurement. */
export type Measured = { readonly measurement: string } & Comparison;

interface Failed {
  readonly measurement: string;
  /** Why there are no figures. */
  readonly error: string;
}

interface Skipped {
  readonly measurement: string;
  /** What this host lacks. */
  readonly skipped: string;
}

/** One figure of a measurement, or why it has none. */
export type Result = Measured | Failed | Skipped;

export function isMeasured(result: Result): result is Measured {
  return !("error" in result || "skipped" in result);
}
