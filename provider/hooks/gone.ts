import { MccError } from "../../client";

/** What the call returns; nothing when the daemon that made the thing says that it is no longer there. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (MccError.hasCode(error, "not-found")) {
      return undefined;
    }
    throw error;
  }
}

/** For a change of what was destroyed behind Pulumi's back. */
export function goneError(what: string): MccError {
  return new MccError(
    "not-found",
    `${what} is no longer there, though Pulumi's state has it. Run "pulumi refresh", and the next "pulumi up" makes it again.`,
  );
}
