/** Describes the instances of one image that the daemon starts ahead, so that a create only has to claim one. */
export interface PoolState {
  /** The name of the image. */
  image: string;
  /** How many instances the daemon starts ahead. */
  size: number;
  /** How many of them can be claimed now. */
  ready: number;
  /** Why the last start failed; it is tried again. Absent if it succeeded. */
  problem?: string;
}

/** The parameters of `pool.set`. */
export interface PoolSetParameters {
  /** The name of the image. */
  image: string;
  /** How many instances the daemon starts ahead: 0 to 1000. 0 removes the pool. */
  size: number;
}
