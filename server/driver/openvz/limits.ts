import type { InstanceType } from "../../../protocol/instance-type";
import type { Generation } from "./generation";

type Limit = Exclude<keyof InstanceType, "name">;

/** How vzctl is told a limit; undefined is no limit. */
const limitRows: Readonly<
  Record<Limit, (value: number | undefined, generation: Generation, vswap: boolean) => readonly string[]>
> = {
  memoryBytes: (value, generation, vswap) => generation.memoryOptions(value, vswap),
  cpus: (value) => ["--cpulimit", value === undefined ? "0" : String(Math.ceil(value * 100))],
  processes: (value) => ["--numproc", value === undefined ? "unlimited:unlimited" : `${value}:${value}`],
};

/**
 * Options of `vzctl set` that give a container the limits of a type.
 *
 * @param has the limits that it has already, where they are known.
 */
export function limitOptions(
  wanted: InstanceType,
  { has, generation, vswap }: { has?: InstanceType | undefined; generation: Generation; vswap: boolean },
): string[] {
  const limits = ["memoryBytes", "cpus", "processes"] as const;
  return limits
    .filter((limit) => has === undefined || has[limit] !== wanted[limit])
    .flatMap((limit) => limitRows[limit](wanted[limit], generation, vswap));
}
