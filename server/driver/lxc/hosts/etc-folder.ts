import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../../protocol/errno";

/** Returns whether a program in the container, such as sed -i, replaced the link /etc/hosts by a file. */
export function isLinkReplaced(delta: string): boolean {
  return inEtc(delta, (etc) => hasHostsFile(etc)) ?? false;
}

/** Works with the container's own folder /etc, also if the container replaces it by a link at the same time. */
export function inEtc<T>(delta: string, work: (etc: string) => T): T | undefined {
  const descriptor = openEtc(delta);
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    return work(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns undefined if the container has no folder /etc of its own. */
export function openEtc(delta: string): number | undefined {
  try {
    return openSync(join(delta, "etc"), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) {
      return undefined;
    }
    throw error;
  }
}

/** @param etc a path that no program inside can change, as `inEtc` has it. */
export function hasHostsFile(etc: string): boolean {
  return lstatSync(join(etc, "hosts"), { throwIfNoEntry: false })?.isFile() ?? false;
}
