import { type InstanceType, type LimitName, limitNames } from "../../../protocol/methods/instance-type";
import type { Generation } from "./configuration/generation";
import type { MemoryModel } from "./configuration/memory-model";

/** How vzctl is told a limit; undefined is no limit. */
const limitRows: Readonly<
  Record<
    LimitName,
    (value: number | undefined, generation: Generation, memory: MemoryModel) => readonly string[]
  >
> = {
  memoryBytes: (value, generation, memory) => generation.memoryOptions(value, memory),
  cpus: (value) => ["--cpulimit", value === undefined ? "0" : String(Math.ceil(value * 100))],
  processes: (value, generation, memory) => generation.processOptions(value, memory),
};

/**
 * Options of `vzctl set` that give a container the limits of a type.
 *
 * @param has the limits of the sample that it was made with, where they are known.
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
 * Whether a limit of the sample does not do what it says: vzctl gives a control group the first number of two, which
 * in samples is 0 for memory, and means none; and for processes it limits kernel memory.
 */
function isIgnored(limit: LimitName, sample: InstanceType, memory: MemoryModel): boolean {
  return limit !== "cpus" && sample[limit] !== undefined && memory === "control-groups";
}
