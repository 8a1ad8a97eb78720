import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checkout } from "../../support/checkout";

const runSchema = z.object({
  argv: z.array(z.string()),
  exit: z.int(),
  stdout: z.string(),
  stderr: z.string(),
  stdin: z.string().optional(),
  note: z.string().optional(),
  ms: z.number().optional(),
});
/** One run of vzctl or vzlist 4.11.1 on a real host. */
export type Run = z.infer<typeof runSchema>;

/** On a host with an aid that answered for the kernel's table of containers. */
export const runs = runsIn("recorded-runs.jsonl");

/** On a host without aids, with vz.conf as shipped. */
export const unaidedRuns = runsIn("unaided-runs.jsonl");

/** On a host that has, in addition, control groups of version 2 next to version 1. */
export const unifiedRuns = runsIn("unified-runs.jsonl");

/** Returns runs in the order in which they were run. */
function runsIn(file: string): Run[] {
  return readFileSync(join(checkout, "test/fakes/openvz", file), "utf8")
    .trim()
    .split("\n")
    .map((line) => runSchema.parse(JSON.parse(line)));
}

/** How long a vzctl command that succeeded, or a vzlist, took there: the median, in milliseconds. */
export function recordedMs(program: "vzctl" | "vzlist", ...words: readonly string[]): number {
  const times = runs
    .filter(({ argv, exit }) => exit === 0 && argv[0] === program)
    .filter(({ argv }) => words.every((word) => argv.includes(word)))
    .flatMap(({ ms = [] }) => ms)
    .sort((one, other) => one - other);
  return times[Math.floor(times.length / 2)] ?? 0;
}
