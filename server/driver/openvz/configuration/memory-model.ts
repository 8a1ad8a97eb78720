/**
 * How a kernel limits the memory of v4's containers: OpenVZ's with vswap; OpenVZ's older ones, by beancounters; one
 * that is not OpenVZ's, by control groups.
 */
export type MemoryModel = "vswap" | "beancounters" | "control-groups";

const pageBytes = 4096;
/** All that a control group can have. One page more, and vzctl takes the number for none. */
const mostPages = 2 ** 51 - 1;

/**
 * Options of `vzctl set`. A container with a limit of PHYSPAGES counts as one for vswap: it starts only with
 * SWAPPAGES beside it, and never on an OpenVZ kernel without vswap; one without that limit needs all the other
 * beancounters, which samples for vswap do not have. Of the two numbers, vzctl gives the first to a control group,
 * and the second to vswap. Source: lib/ub.c and lib/hooks_ct.c of vzctl 4.
 */
export const memoryOptions: Readonly<Record<MemoryModel, (bytes: number | undefined) => readonly string[]>> =
  {
    vswap: (bytes) => ["--ram", amount(bytes), "--swap", "0"],
    beancounters: (bytes) => ["--privvmpages", bytes === undefined ? "unlimited" : both(pages(bytes))],
    "control-groups": (bytes) => [
      ...["--physpages", both(bytes === undefined ? mostPages : pages(bytes))],
      ...["--swappages", "0:0"],
    ],
  };

/**
 * Options of `vzctl set` for a number of processes. Without an OpenVZ kernel nothing counts them: vzctl makes kernel
 * memory of their number, of which a container then soon has too little, unless it may have all.
 */
export const processOptions: Readonly<Record<MemoryModel, (count: number | undefined) => readonly string[]>> =
  {
    vswap: numproc,
    beancounters: numproc,
    "control-groups": (count) => [...numproc(count), "--kmemsize", "unlimited"],
  };

export function numproc(count: number | undefined): string[] {
  return ["--numproc", count === undefined ? "unlimited:unlimited" : both(count)];
}

export function amount(bytes: number | undefined): string {
  return bytes === undefined ? "unlimited" : String(bytes);
}

function pages(bytes: number): number {
  return Math.ceil(bytes / pageBytes);
}

function both(count: number): string {
  return `${count}:${count}`;
}
