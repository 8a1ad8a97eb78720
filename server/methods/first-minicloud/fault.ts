import { type ErrorCode, MccError } from "../../../protocol/error";

/** An error with the fault number and the words that the first MiniCloud's server had for it. */
class OldFault extends MccError {
  constructor(
    code: ErrorCode,
    private readonly number: 1 | 2,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  override get fault(): number {
    return this.number;
  }
}

/** For a method that is not there, and for one that was called with too few parameters or too many. */
export function missingOldMethod(name: string): MccError {
  return new OldFault("not-found", 1, `Method ${name} missing or wrong number of parameters!`);
}

/** For everything that goes wrong in a method. */
export function uncaughtOldException(name: string, error: MccError): MccError {
  return new OldFault(error.code, 2, `Uncaught exception ${error.message} in method ${name}`, {
    cause: error,
  });
}
