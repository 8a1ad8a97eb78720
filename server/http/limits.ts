/** The listener's limits for clients. */
export interface Limits {
  /**
   * The size of a request. `instance.exec` sends its stdin in it as base64, so stdin has at most three quarters of it.
   */
  readonly bodyBytes: number;
  readonly headersTimeoutMs: number;
  /** For headers and body together. It ends when the body is complete, and does not include the call. */
  readonly requestTimeoutMs: number;
  /** The interval of the check of these two limits. Requests may take that much longer. */
  readonly checkEveryMs: number;
  /** How long an idle connection is kept between two calls. */
  readonly keepAliveMs: number;
  /** After this time without data from the client, also during a call, TCP probes whether the client still exists. */
  readonly probeAfterMs: number;
  /** The number of connections. `Connections` decides which one is closed for another one. */
  readonly connections: number;
  /** How long a client may read nothing of its answer. */
  readonly sendTimeoutMs: number;
  /** How long the answer to a refused login is delayed. */
  readonly failedLoginDelayMs: number;
  /** The total size of all unread answers, except for the newest. */
  readonly unreadBytes: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 16 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  checkEveryMs: 1000,
  keepAliveMs: 30_000,
  probeAfterMs: 15_000,
  connections: 2048,
  sendTimeoutMs: 30_000,
  failedLoginDelayMs: 1000,
  unreadBytes: 256 * 1024 * 1024,
};
