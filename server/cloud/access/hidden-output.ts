import { MccError } from "../../../protocol/error";
import type { Caller } from "./caller";

const hidden =
  "The reason may quote what userData or a command of waitFor printed, which the role reader may not see; ask a user of the instance.";

/** A failure as an object describes it. */
export interface ShownFailure {
  readonly text: string;
  /** Whether it may quote the output of a program in an instance. */
  readonly quotes: boolean;
}

/** Returns the text of a failure for a caller: readers may not see the output of programs in instances. */
export function failureFor({ role }: Caller, { text, quotes }: ShownFailure): string {
  return quotes && role === "reader" ? hidden : text;
}

/** Returns an error for a caller in the same way. */
export function errorFor({ role }: Caller, error: unknown): unknown {
  return role === "reader" && MccError.isInstance(error) && error.confidential
    ? new MccError(error.code, hidden)
    : error;
}
