import { MccError } from "../protocol/error";

/** No answer of the daemon's came, so the daemon itself did not refuse anything. */
export class ConnectionError extends MccError {
  /** Marks the class across copies of this package, which `instanceof` cannot see. */
  readonly isConnectionError = true;

  constructor(
    override readonly code: "unavailable" | "timeout",
    message: string,
    /** True when the daemon may have got the request, and may have done what it asked for. */
    readonly reached: boolean,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  static override isInstance(error: unknown): error is ConnectionError {
    return MccError.isInstance(error) && "isConnectionError" in error && error.isConnectionError === true;
  }
}
