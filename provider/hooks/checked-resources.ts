import type { Properties } from "./check-properties";

/**
 * The owners of resources that the engine has checked in this process for an `up`, and has not compared yet. The engine
 * does not check resources that `--target` or `--exclude` omits, or those of a refresh or a destroy. It runs each of
 * these operations, and each preview, in a separate process.
 */
const checked = new Set<unknown>();

/** Notes a check, unless it is that of a preview. @param news the inputs that the engine passed to `check`. */
export function noteCheck({ ownerUrn, preview }: Properties): void {
  // With `ignoreChanges: ["*"]` it is never sent, so a preview then looks like an `up`.
  if (preview !== true) {
    checked.add(ownerUrn);
  }
}

/** Tells whether an `up` includes the resource. Returns true once for each check. */
export function takeCheck({ ownerUrn }: Properties): boolean {
  return checked.delete(ownerUrn);
}
