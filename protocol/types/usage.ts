import type { InstanceStatus, LabelFilter } from "./instance";

/** Contains amounts that were measured for a running instance. An amount that the engine does not tell is absent, and never 0. */
export interface MeasuredUsage {
  /** When they were measured, on the daemon's clock: a UTC time in ISO 8601, with milliseconds. */
  time: string;
  /** Its memory in bytes, without the cache of files that the kernel can free at any moment. */
  memoryBytes?: number;
  /**
   * The processor time of its processes since its start, in seconds. The difference of two measurements, divided by that of
   * their times, is the number of processors that it used in between.
   */
  cpuSeconds?: number;
  /** The number of its processes and their threads. */
  processes?: number;
  /** The disk that it uses, in bytes. */
  diskBytes?: number;
}

/** Contains the limits of an instance: those of its instance type. A limit that is absent does not exist, or is not known. */
export interface UsageLimits {
  /** Its memory in bytes. */
  memoryBytes?: number;
  /** Its processors: 0.5 is half of one processor. */
  cpus?: number;
  /** The number of its processes and their threads. */
  processes?: number;
  /** What it can write to its disk, in bytes. */
  diskBytes?: number;
}

/** Describes what an instance uses, and what it may use. */
export interface InstanceUsage {
  /** The number of the instance. */
  id: number;
  /** The random identity of the instance. */
  uid: string;
  /** The name of the instance. */
  name: string;
  /** The state of the instance. */
  status: InstanceStatus;
  /** What it uses. Absent for an instance that does not run, or that could not be measured. */
  used?: MeasuredUsage;
  /** What it may use. */
  limits: UsageLimits;
}

/** Contains the parameters of `instance.usage`: which instances to measure. */
export interface InstanceUsageParameters extends LabelFilter {
  /** Only the instance with this id or name. Default: all. */
  instance?: number | string;
  /** Only the members of this fleet. Default: all. */
  fleet?: string;
}
