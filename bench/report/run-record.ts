import { z } from "zod";
import { isMeasured, type Measured, type Result } from "./result";
import { spreadOf } from "./statistics";

const spreadSchema = z.object({ low: z.number(), median: z.number(), high: z.number(), samples: z.int() });

const curveSchema = z.object({
  name: z.string(),
  points: z.array(z.object({ instances: z.number(), seconds: z.number() })).readonly(),
});

const figureSchema = z.object({
  title: z.string(),
  unit: z.string().optional(),
  aim: z.number().optional(),
  limit: z.number().optional(),
  quantile: z.number().optional(),
  ratio: z.number().optional(),
  value: z.number().optional(),
  reached: z.boolean(),
  ours: spreadSchema,
  peer: spreadSchema.optional(),
  curve: curveSchema.optional(),
});
export type FigureRecord = z.infer<typeof figureSchema>;

/** The latest run of a measurement, with a summary of its samples. */
export const runRecordSchema = z.object({
  measurement: z.string(),
  machine: z.string(),
  /** A UTC date in ISO 8601. */
  date: z.string(),
  rounds: z.int(),
  figures: z.array(figureSchema),
  /** What the host lacks. Absent if the measurement ran. */
  skipped: z.string().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Returns the records of the measurements that have results. A failed one has none. */
export function recordsOf(
  results: readonly Result[],
  run: Pick<RunRecord, "machine" | "date" | "rounds">,
): RunRecord[] {
  const complete = results.filter((result) => !("error" in result));
  return [...new Set(complete.map(({ measurement }) => measurement))].map((measurement) => {
    const ofOne = complete.filter((result) => result.measurement === measurement);
    const skipped = ofOne.find((result) => "skipped" in result)?.skipped;
    return {
      ...{ measurement, ...run },
      figures: ofOne.filter((result) => isMeasured(result)).map((result) => figureOf(result)),
      ...(skipped === undefined ? {} : { skipped }),
    };
  });
}

/** Returns the earlier records, of which later ones replace those of the same measurement. */
export function mergeRecords(earlier: readonly RunRecord[], later: readonly RunRecord[]): RunRecord[] {
  return [...new Map([...earlier, ...later].map((record) => [record.measurement, record])).values()];
}

/** The schema removes what a record does not have. */
function figureOf({ ours, peer, ...figure }: Measured): FigureRecord {
  return figureSchema.parse({
    ...figure,
    ours: spreadOf(ours),
    ...(peer === undefined ? {} : { peer: spreadOf(peer) }),
  });
}
