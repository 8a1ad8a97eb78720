/** What clients may ask of the listener. */
export interface Limits {
  /** Of one request. `instance.exec` sends its stdin in it as base64, so that has three quarters of this at most. */
  readonly bodyBytes: number;
  readonly headersTimeoutMs: number;
  /** For headers and body together; it ends when the body has come, however long the call takes. */
  readonly requestTimeoutMs: number;
  /** How often it is checked that requests keep to these two: they may take that much longer. */
  readonly checkEveryMs: number;
  /** How long a connection is kept between two calls. */
  readonly keepAliveMs: number;
  /** After so long without a sign of the client, also during a call, TCP probes whether it is still there. */
  readonly probeAfterMs: number;
  /** One more, and an idle one is closed: of those that never sent the token first, and of the address with most. */
  readonly connections: number;
  /** How long a client may read nothing of its answer. */
  readonly sendTimeoutMs: number;
  /** Of all answers that wait to be read, but for the newest. */
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
  unreadBytes: 256 * 1024 * 1024,
};
