import type { Properties } from "./check-properties";

/**
 * By owner: what the engine has checked in this process for an `up`, and has not compared yet. It checks nothing that
 * `--target` or `--exclude` leaves out, or that a refresh or a destroy looks at, and it runs each of them, and each
 * preview, with a process of its own.
 */
const checked = new Set<unknown>();

/** @param news as the engine gave them to `check`. */
export function noteCheck({ ownerUrn, preview }: Properties): void {
  // Not sent under `ignoreChanges: ["*"]`, and then a preview cannot be told from an `up`.
  if (preview !== true) {
    checked.add(ownerUrn);
  }
}

/** Whether an `up` includes the resource; once for each check. */
export function takeCheck({ ownerUrn }: Properties): boolean {
  return checked.delete(ownerUrn);
}
