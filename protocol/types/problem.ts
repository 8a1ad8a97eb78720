/** Describes one reason why a create would fail. */
export interface Problem {
  /** The name of the parameter that causes it. */
  parameter: string;
  /** What is wrong, with which value, and what to do. */
  message: string;
}

/** Contains what a check found. */
export interface Problems {
  /** Every reason why the create would fail. Empty if none is known. */
  problems: Problem[];
}
