/** Contains the limits of an account. A limit that is absent does not exist. */
export interface QuotaLimits {
  /** The number of instances, also stopped ones, and failed ones that are kept. */
  instances?: number;
  /** The memory of all instances together, in bytes. Types without a memory limit are refused. */
  memoryBytes?: number;
  /** The processors of all instances together. Types without a processor limit are refused. */
  cpus?: number;
  /** The disk of all instances together, in bytes, in addition to their images. Types without a disk limit are refused. */
  diskBytes?: number;
  /** The longest TTL that can be given, in seconds. Nothing that the account creates lives without a TTL. */
  maxTtlSeconds?: number;
  /** The TTL of what is created without a TTL and without a lease, in seconds. Default: the longest TTL, if there is one. */
  defaultTtlSeconds?: number;
}

/** Names a limit of a quota. */
export type QuotaLimit = keyof QuotaLimits;

/** Contains what the instances of an account use. */
export interface QuotaUse {
  /** The number of instances. */
  instances: number;
  /** Their memory limits together, in bytes. Absent if one has a type without a memory limit. */
  memoryBytes?: number;
  /** Their processor limits together. Absent if one has a type without a processor limit. */
  cpus?: number;
  /** Their disk limits together, in bytes. Absent if one has a type without a disk limit. */
  diskBytes?: number;
}

/** Describes the quota of an account. */
export interface Quota {
  /** What the account may have. */
  limits: QuotaLimits;
  /** What it has. */
  used: QuotaUse;
}

/** Contains the parameters of `accessToken.setQuota`. Limits that are neither given nor removed stay. */
export interface AccessTokenSetQuotaParameters {
  /** The name of the token. */
  name: string;
  /** The limits that are set. Default: none. */
  limits?: QuotaLimits;
  /** The limits that are removed. Default: none. */
  removed?: QuotaLimit[];
}
