import { type ErrorCode, MccError } from "../../../protocol/error";

/** An error with the fault number and the text of the first MiniCloud's server. */
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

/** Returns the fault for an unknown method, and for a wrong number of parameters. */
export function missingOldMethod(name: string): MccError {
  return new OldFault("not-found", 1, `Method ${name} missing or wrong number of parameters!`);
}

/** Returns the fault for every error in a method. */
export function uncaughtOldException(name: string, error: MccError): MccError {
  return new OldFault(error.code, 2, `Uncaught exception ${error.message} in method ${name}`, {
    cause: error,
  });
}
