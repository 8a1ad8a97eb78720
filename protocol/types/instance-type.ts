/** Describes an instance type: a name for a set of limits. */
export interface InstanceType {
  /** The name of the instance type, in lower case. */
  name: string;
  /** The memory limit in bytes, at least 4 MiB. Absent: no limit. */
  memoryBytes?: number;
  /** The processor limit in processors: 0.5 is half of one processor. Absent: no limit. */
  cpus?: number;
  /** The limit on the number of processes, at least 8. Absent: no limit. */
  processes?: number;
  /** The limit on what an instance writes to its disk, in bytes, in addition to its image. At least 4 MiB. Absent: no limit. */
  diskBytes?: number;
}
