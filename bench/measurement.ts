/** What is measured, with the project's aim for it. */
export interface Figure {
  /** What is measured, and what it is compared with. */
  readonly title: string;
  /** The highest ratio to the peer that meets the aim. Absent for a figure without a peer. */
  readonly aim?: number;
  /** The highest value that meets the aim of a figure without a peer, in its unit. */
  readonly limit?: number;
  /** Which quantile of the samples is compared, such as 0.95. Default: the median. */
  readonly quantile?: number;
  /** The unit of the samples. Default: seconds. */
  readonly unit?: string;
}

/** The samples of a figure. */
export interface Samples {
  readonly ours: readonly number[];
  /** Absent for a figure with a limit in place of a peer. */
  readonly peer?: readonly number[];
  /** How our figure depends on the number of instances, for a plot. Default: there is no plot. */
  readonly curve?: Curve;
}

/** A line of a plot. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly instances: number; readonly seconds: number }[];
}

/** How to measure. */
export interface Run {
  readonly rounds: number;
  /** The number of instances, calls or resources: that of the measurement, or a lower one for a trial. */
  readonly count: number;
  /** Ends the measurement, which then throws and leaves nothing. */
  readonly signal: AbortSignal;
}

/** A measurement that the command line can name. It measures each of its figures in every round. */
export interface Measurement<Name extends string = string> {
  /** The number of instances, calls or resources for which the aims are meant. */
  readonly count: number;
  /** Returns the figures for a number of instances, calls or resources. */
  readonly figures: (count: number) => Readonly<Record<Name, Figure>>;
  readonly measure: (run: Run) => Promise<Readonly<Record<Name, Samples>>>;
  /** Returns why this host cannot measure, such as `lxd is not installed`. Default: every host can. */
  readonly missing?: () => string | undefined;
}

/** The measurements by their names on the command line. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** Returns the duration of the work in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}
