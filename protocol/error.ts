/**
 * Names the kind of a failure.
 *
 * | code | meaning |
 * |---|---|
 * | `"invalid"` | a parameter is wrong; nothing was changed |
 * | `"unauthenticated"` | the token is missing, wrong, expired or revoked |
 * | `"forbidden"` | the role of the token does not allow it, it belongs to another account, or no client can do this |
 * | `"not-found"` | the instance, fleet, key, image, type, lease or method does not exist |
 * | `"conflict"` | it contradicts something that exists, such as a name that is taken |
 * | `"exhausted"` | no address, disk space or port is left |
 * | `"internal"` | a defect of MiniCloud; the daemon's log has it under the reference number of the message |
 * | `"engine"` | the container engine failed; the message quotes it |
 * | `"unreachable"` | a machine of the cluster does not answer; the instance can still run there |
 * | `"unavailable"` | the daemon cannot be reached, or cannot answer now |
 * | `"timeout"` | a time limit was exceeded |
 */
export type ErrorCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "exhausted"
  | "internal"
  | "engine"
  | "unreachable"
  | "unavailable"
  | "timeout";

/**
 * The error codes of MiniCloud, with their fault numbers on the wire. The numbers are those of HTTP if HTTP has one
 * for the meaning. 1 and 2 are reserved for the faults of the first MiniCloud.
 */
const errorCodes = {
  invalid: { fault: 400, meaning: "a parameter is wrong; nothing was changed" },
  unauthenticated: { fault: 401, meaning: "the token is missing, wrong, expired or revoked" },
  forbidden: { fault: 403, meaning: "the operation is not allowed for this token, or for any client" },
  "not-found": { fault: 404, meaning: "the named object does not exist" },
  conflict: { fault: 409, meaning: "the call conflicts with an existing object or its state" },
  exhausted: { fault: 429, meaning: "no address, space or port is left" },
  internal: { fault: 500, meaning: "a defect of MiniCloud; the log has it under the given reference number" },
  engine: { fault: 502, meaning: "the container engine failed; the message quotes its output" },
  unreachable: { fault: 523, meaning: "a machine of the cluster does not answer" },
  unavailable: { fault: 503, meaning: "the daemon cannot be reached, or cannot answer now" },
  timeout: { fault: 504, meaning: "the operation exceeded its time limit" },
} as const satisfies Record<ErrorCode, { fault: number; meaning: string }>;

const codeOfFault = new Map<number, ErrorCode>(
  Object.entries(errorCodes).map(([code, { fault }]) => [fault, code as ErrorCode] as const),
);

/** Contains optional properties of a new {@link MccError}. */
export interface MccErrorOptions {
  /** The error or value that caused the error. Default: none. */
  readonly cause?: unknown;
  /**
   * True if the message can contain a secret: the daemon sends it to the caller and does not log it. Default: the value
   * of the cause, because a message often quotes its cause; false if the cause is no MccError.
   */
  readonly confidential?: boolean;
}

/** Reports a failure of MiniCloud. The message is one line: what failed, with which value, and what to do. */
export class MccError extends Error {
  /** The name of the class: `MccError`. */
  override readonly name = "MccError";
  /**
   * Marks the class across copies of this package, which `instanceof` cannot see.
   *
   * @internal
   */
  readonly isMccError = true;
  /** True if the message can contain a secret. See {@link MccErrorOptions.confidential}. */
  readonly confidential: boolean;
  /** The kind of the failure. It is a string because Pulumi reads a numeric `code` of an error as a gRPC status. */
  readonly code: ErrorCode;

  /**
   * Creates an error.
   *
   * @param code the kind of the failure.
   * @param message what failed, with which value, and what to do, in one line.
   * @param options the cause and the confidentiality.
   */
  constructor(code: ErrorCode, message: string, options?: MccErrorOptions) {
    super(message, options);
    this.code = code;
    this.confidential =
      options?.confidential ?? (MccError.isInstance(options?.cause) && options.cause.confidential);
  }

  /**
   * Returns whether a value is an MccError of any copy of this package, which `instanceof` cannot tell.
   *
   * @param error a caught value.
   */
  static isInstance(error: unknown): error is MccError {
    return typeof error === "object" && error !== null && "isMccError" in error && error.isMccError === true;
  }

  /**
   * Returns whether a value is an MccError with a code.
   *
   * @param error a caught value.
   * @param code the kind of the failure.
   */
  static hasCode(error: unknown, code: ErrorCode): error is MccError {
    return MccError.isInstance(error) && error.code === code;
  }

  /**
   * Another message for a failure, with its code, and as confidential as it is.
   *
   * @param otherwise the code for a failure that has none. Default: `internal`.
   * @internal
   */
  static reword(cause: unknown, message: string, otherwise: ErrorCode = "internal"): MccError {
    return new MccError(MccError.isInstance(cause) ? cause.code : otherwise, message, { cause });
  }

  /**
   * The error that a fault from the wire stands for; a number that is not in the table becomes `internal`.
   *
   * @internal
   */
  static fromFault(fault: number, message: string): MccError {
    return new MccError(codeOfFault.get(fault) ?? "internal", message);
  }

  /** The fault number of the code on the wire, which is the HTTP status with the same meaning, where there is one. */
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
