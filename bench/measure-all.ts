import { setMaxListeners } from "node:events";
import { messageOf } from "../protocol/error";
import type { Measurement, Measurements } from "./measurement";
import type { Options, Output } from "./options";
import { compare } from "./report/comparison";
import type { Result } from "./report/result";

type Chosen = Pick<Options, "wanted" | "rounds" | "count" | "minutes">;

/** Runs the measurements that are wanted, one after the other. A failure of one is its result. */
export async function measureAll(
  { wanted, ...options }: Chosen,
  measurements: Measurements,
  { err, signal }: Pick<Output, "err"> & { readonly signal?: AbortSignal },
): Promise<Result[]> {
  const results: Result[] = [];
  const chosen = Object.entries(measurements).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  for (const [name, measurement] of chosen) {
    if (signal?.aborted === true) {
      results.push({ measurement: name, error: "The run was interrupted." });
      continue;
    }
    const skipped = measurement.missing?.();
    if (skipped !== undefined) {
      results.push({ measurement: name, skipped });
      continue;
    }
    err(`bench: measuring ${name}, rounds: ${options.rounds}\n`);
    try {
      results.push(...(await measureOne(name, measurement, options, signal)));
    } catch (error) {
      results.push({ measurement: name, error: messageOf(error) });
      err(`bench: ${name} failed: ${messageOf(error)}\n`);
    }
  }
  return results;
}

async function measureOne(
  name: string,
  measurement: Measurement,
  { rounds, minutes, count: most = measurement.count }: Omit<Chosen, "wanted">,
  interrupted: AbortSignal | undefined,
): Promise<Result[]> {
  const count = Math.min(most, measurement.count);
  const limit = AbortSignal.timeout(minutes * 60_000);
  const signal = interrupted === undefined ? limit : AbortSignal.any([limit, interrupted]);
  // Many commands at once listen to it.
  setMaxListeners(0, signal);
  const samples = await measurement.measure({ rounds, count, signal }).catch((error: unknown) => {
    // What fails after the end of the time fails because of it.
    throw limit.aborted ? new Error(`It took longer than ${minutes} minutes; see --minutes.`) : error;
  });
  return Object.entries(measurement.figures(count)).map(([figure, row]) => ({
    measurement: name,
    ...compare(row, samples[figure] ?? { ours: [] }),
  }));
}
