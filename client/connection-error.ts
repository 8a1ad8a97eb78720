import { MccError, type MccErrorOptions } from "../protocol/error";

/** Reports that no valid answer came from a daemon: the connection failed, was lost, or exceeded its time limit. */
export class ConnectionError extends MccError {
  /**
   * Marks the class across copies of this package, which `instanceof` cannot see.
   *
   * @internal
   */
  readonly isConnectionError = true;

  /** `"timeout"` if the answer exceeded its time limit; `"unavailable"` otherwise. */
  override readonly code: "unavailable" | "timeout";
  /** True if the daemon can have received the request, and can have done it. */
  readonly reached: boolean;

  /**
   * Creates an error.
   *
   * @param code `"timeout"` if the answer exceeded its time limit; `"unavailable"` otherwise.
   * @param message what failed, with which value, and what to do, in one line.
   * @param reached whether the daemon can have received the request.
   * @param options the cause and the confidentiality.
   */
  constructor(code: "unavailable" | "timeout", message: string, reached: boolean, options?: MccErrorOptions) {
    super(code, message, options);
    this.code = code;
    this.reached = reached;
  }

  /**
   * Returns whether a value is a ConnectionError of any copy of this package, which `instanceof` cannot tell.
   *
   * @param error a caught value.
   */
  static override isInstance(error: unknown): error is ConnectionError {
    return MccError.isInstance(error) && "isConnectionError" in error && error.isConnectionError === true;
  }
}
