import { type InstanceType, type LimitName, limitNames } from "../../../protocol/methods/instance-type";
import type { Generation } from "./configuration/generation";
import type { MemoryModel } from "./configuration/memory-model";

/** Returns the options of vzctl for a limit; undefined means no limit. */
const limitRows: Readonly<
  Record<
    LimitName,
    (value: number | undefined, generation: Generation, memory: MemoryModel) => readonly string[]
  >
> = {
  memoryBytes: (value, generation, memory) => generation.memoryOptions(value, memory),
  cpus: (value) => ["--cpulimit", value === undefined ? "0" : String(Math.ceil(value * 100))],
  processes: (value, generation, memory) => generation.processOptions(value, memory),
  // vzctl has no word for "no limit" in all layouts, so the container keeps what it has.
  diskBytes: (value) => (value === undefined ? [] : ["--diskspace", diskspace(value)]),
};

/** Soft and hard limit, in KiB. */
function diskspace(bytes: number): string {
  const kibibytes = Math.ceil(bytes / 1024);
  return `${kibibytes}:${kibibytes}`;
}

/**
 * Returns the options of `vzctl set` that give a container the limits of a type.
 *
 * @param has the limits of its sample, if they are known.
 */
export function limitOptions(
  wanted: InstanceType,
  {
    has,
    generation,
    memory,
  }: { has?: InstanceType | undefined; generation: Generation; memory: MemoryModel },
): string[] {
  return limitNames
    .filter((limit) => has === undefined || has[limit] !== wanted[limit] || isIgnored(limit, has, memory))
    .flatMap((limit) => limitRows[limit](wanted[limit], generation, memory));
}

/**
 * Returns whether a limit of the sample has no effect. vzctl gives a control group the first of two numbers, which is 0
 * in samples for memory and means no limit. For processes, it limits kernel memory.
 */
function isIgnored(limit: LimitName, sample: InstanceType, memory: MemoryModel): boolean {
  return limit !== "cpus" && sample[limit] !== undefined && memory === "control-groups";
}
