import { ConnectionError, type ErrorCode, MccError } from "../../../client";
import { userDataDigest } from "../../../protocol/methods/user-data";
import type { Properties } from "../check-properties";
import { daemon } from "./connection";

/** What fails with these has run something in the instance. */
const quoting: readonly ErrorCode[] = ["invalid", "timeout", "engine"];

/** What `check` keeps of whether the script is a secret: see shown-script.ts, which tells it but under `ignoreChanges: ["*"]`. */
export function hideOutputOf({ shownScript, userData, hideOutput }: Properties): { hideOutput?: true } {
  const text = typeof userData === "string" ? userData : "";
  const hides = shownScript === undefined ? hideOutput === true : shownScript !== userDataDigest(text);
  return hides ? { hideOutput: true } : {};
}

/** The parameter of a create, for a daemon that knows it. */
export async function hidingParameter({ hideOutput }: Properties): Promise<{ hideOutput?: true }> {
  return hideOutput === true && (await daemon().can("hideOutput")) ? { hideOutput } : {};
}

/** The error as it may go into the state: a daemon that cannot hide output may quote it. */
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
    `It failed (${error.code}). What the server says is left out, as it may quote a secret; "mcc logs" shows what userData printed. A newer mccserver tells the rest.`,
  );
}
