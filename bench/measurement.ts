/** The project's aim for one figure: ours is to take at most so many times as long as a peer in the same run. */
export interface Figure {
  /** What is measured, and what it is compared with. */
  readonly title: string;
  /** The highest ratio of the medians that meets the aim. */
  readonly aim: number;
}

/** In seconds, one value a round. */
export interface Samples {
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/** What one word of the bench's command line measures: each of its figures in every round. */
export interface Measurement<Name extends string = string> {
  readonly figures: Readonly<Record<Name, Figure>>;
  readonly measure: (rounds: number) => Promise<Readonly<Record<Name, Samples>>>;
}

/** Seconds that a piece of work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}
