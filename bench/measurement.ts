/** The project's aim for one figure: the highest allowed ratio to a peer in the same run. */
export interface Figure {
  /** What is measured, and what it is compared with. */
  readonly title: string;
  /** The highest ratio of the medians that meets the aim. */
  readonly aim: number;
  /** The unit of the samples. Default: seconds. */
  readonly unit?: string;
}

/** The samples in seconds, one for each round. */
export interface Samples {
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/** A measurement that the command line can name. It measures each of its figures in every round. */
export interface Measurement<Name extends string = string> {
  readonly figures: Readonly<Record<Name, Figure>>;
  readonly measure: (rounds: number) => Promise<Readonly<Record<Name, Samples>>>;
}

/** Returns the duration of the work in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}
