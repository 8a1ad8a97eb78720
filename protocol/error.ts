/**
 * The error codes of MiniCloud, with their fault numbers on the wire. The numbers are those of HTTP if HTTP has one
 * for the meaning. 1 and 2 are reserved for the faults of the first MiniCloud.
 */
const errorCodes = {
  invalid: { fault: 400, meaning: "a parameter is wrong; nothing was changed" },
  unauthenticated: { fault: 401, meaning: "the token is missing or wrong" },
  forbidden: { fault: 403, meaning: "the operation is not allowed for any client" },
  "not-found": { fault: 404, meaning: "the named object does not exist" },
  conflict: { fault: 409, meaning: "the call conflicts with an existing object or its state" },
  exhausted: { fault: 429, meaning: "no address, space or port is left" },
  internal: { fault: 500, meaning: "a defect of MiniCloud; the log has it under the given reference number" },
  engine: { fault: 502, meaning: "the container engine failed; the message quotes its output" },
  unavailable: { fault: 503, meaning: "the daemon cannot be reached, or cannot answer now" },
  timeout: { fault: 504, meaning: "the operation exceeded its time limit" },
} as const satisfies Record<string, { fault: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

const codeOfFault = new Map<number, ErrorCode>(
  Object.entries(errorCodes).map(([code, { fault }]) => [fault, code as ErrorCode] as const),
);

export interface MccErrorOptions extends ErrorOptions {
  /**
   * The message quotes what may be a secret: the caller gets it, and no log. Default: as the cause is, since a message
   * often quotes its cause.
   */
  readonly confidential?: boolean;
}

/**
 * The one error that MiniCloud throws. Its message names the thing, the value and the remedy, on one line.
 *
 * `code` is a string on purpose: Pulumi reads a numeric `code` on an error as a gRPC status.
 */
export class MccError extends Error {
  override readonly name = "MccError";
  /** Marks the class across copies of this package, which `instanceof` cannot see. */
  readonly isMccError = true;
  readonly confidential: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: MccErrorOptions,
  ) {
    super(message, options);
    this.confidential =
      options?.confidential ?? (MccError.isInstance(options?.cause) && options.cause.confidential);
  }

  static isInstance(error: unknown): error is MccError {
    return typeof error === "object" && error !== null && "isMccError" in error && error.isMccError === true;
  }

  /** True for an MccError with this code. */
  static hasCode(error: unknown, code: ErrorCode): error is MccError {
    return MccError.isInstance(error) && error.code === code;
  }

  /**
   * Another message for a failure, with its code, and as confidential as it is.
   *
   * @param otherwise the code for a failure that has none. Default: `internal`.
   */
  static reword(cause: unknown, message: string, otherwise: ErrorCode = "internal"): MccError {
    return new MccError(MccError.isInstance(cause) ? cause.code : otherwise, message, { cause });
  }

  /** The error that a fault from the wire stands for; a number that is not in the table becomes `internal`. */
  static fromFault(fault: number, message: string): MccError {
    return new MccError(codeOfFault.get(fault) ?? "internal", message);
  }

  get fault(): number {
    return errorCodes[this.code].fault;
  }
}

/** Returns the message of any thrown value, for use in another message. */
export function messageOf(error: unknown): string {
  // Test frameworks throw errors of another context, which are not instances of this context's Error.
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}
