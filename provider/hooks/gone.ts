import { MccError } from "../../client";

/** Returns the result of the call, or undefined for the daemon's `not-found`. @throws any other error of the call. */
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

/** Creates the error for a change of an object that was destroyed outside Pulumi. @param what `the key "me"`. */
export function goneError(what: string): MccError {
  return new MccError(
    "not-found",
    `Pulumi's state has ${what}, but it no longer exists on the server. Run "pulumi refresh", then "pulumi up" to create it again.`,
  );
}
