/** What one client may ask of the listener. */
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
  readonly connections: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 16 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  checkEveryMs: 1000,
  keepAliveMs: 30_000,
  connections: 2048,
};
