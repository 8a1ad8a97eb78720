import { ConnectionError, type ErrorCode, MccError } from "../../../client";
import { userDataDigest } from "../../../protocol/methods/values/user-data";
import type { Properties } from "../check-properties";
import { daemon } from "./connection";

/** The error codes whose messages can quote output from the instance. */
const quoting: readonly ErrorCode[] = ["invalid", "timeout", "engine"];

/** Returns whether the script is a secret. Without shownScript, as with `ignoreChanges: ["*"]`, it does not change. */
export function hideOutputOf({ shownScript, userData, hideOutput }: Properties): { hideOutput?: true } {
  const text = typeof userData === "string" ? userData : "";
  const hides = shownScript === undefined ? hideOutput === true : shownScript !== userDataDigest(text);
  return hides ? { hideOutput: true } : {};
}

/** Returns the parameter of a create, if the daemon supports it. */
export async function hidingParameter({ hideOutput }: Properties): Promise<{ hideOutput?: true }> {
  return hideOutput === true && (await daemon().can("hideOutput")) ? { hideOutput } : {};
}

/** Returns the error without quoted output, for the state, if the daemon does not support hideOutput. */
export async function presentable(error: unknown, { hideOutput }: Properties): Promise<unknown> {
  if (
    hideOutput !== true ||
    !MccError.isInstance(error) ||
    ConnectionError.isInstance(error) ||
    !quoting.includes(error.code) ||
    (await daemon()
      .can("hideOutput")
      .catch(() => false))
  ) {
    return error;
  }
  return new MccError(
    error.code,
    `The operation failed (${error.code}). The message of the server is omitted because it can quote a secret. See the output of userData with "mcc logs", or update mccserver to see the message.`,
  );
}
