/**
 * How a kernel limits the memory of v4's containers: an OpenVZ kernel with vswap; an older OpenVZ kernel, by
 * beancounters; any other kernel, by control groups.
 */
export type MemoryModel = "vswap" | "beancounters" | "control-groups";

const pageBytes = 4096;
/** The largest limit of a control group. vzctl ignores a number that is larger by one page. */
const mostPages = 2 ** 51 - 1;

/**
 * Options of `vzctl set`. vzctl treats a container with a limit of PHYSPAGES as one for vswap: it starts only if
 * SWAPPAGES is set too, and never on an OpenVZ kernel without vswap. A container without that limit needs all the other
 * beancounters, which samples for vswap do not have. Of the two numbers, vzctl uses the first for a control group, and
 * the second for vswap. Source: lib/ub.c and lib/hooks_ct.c of vzctl 4.
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
 * Options of `vzctl set` for a number of processes. A kernel that is not OpenVZ's does not count them: vzctl derives a
 * limit of kernel memory from the number, which is too low for a container. Therefore kernel memory is unlimited.
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
