/** Selects a lease. */
export interface LeaseTarget {
  /** The id that `lease.open` returned: 32 hexadecimal digits. */
  lease: string;
  /** The id that the daemon must have. Another daemon refuses the call. Default: any. */
  serverId?: string;
}

/** Contains the parameters of `lease.open`. */
export interface LeaseOpenParameters {
  /** How long the lease lives after its last renewal, in seconds: 2 to 3600. Default: 8. */
  seconds?: number;
}

/** Describes a renewed lease. */
export interface LeaseRenewal {
  /** How long the lease lives after this renewal, in seconds. */
  seconds: number;
}

/** Describes an opened lease. */
export interface Lease extends LeaseRenewal {
  /** The id of the lease: 32 hexadecimal digits. */
  lease: string;
}

/** Describes what the end of a lease destroyed. */
export interface LeaseEnd {
  /** The number of destroyed instances. */
  destroyed: number;
}
