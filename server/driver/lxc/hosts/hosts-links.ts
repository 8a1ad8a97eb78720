import { closeSync, constants, lstatSync, openSync, type Stats } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import type { ContainerPlace } from "../place";

/** A later change of a folder may have the same time as an earlier one: the clock of file systems moves in steps. */
const oneTimeMs = 1000;

/**
 * Looks for replaced links in many containers. A folder /etc that has not changed since the link was seen there still has it,
 * which is known in a third of the time.
 */
export class HostsLinks {
  readonly #seen = new Map<number, Pick<Stats, "ino" | "ctimeMs">>();

  /** Works as `isLinkReplaced` does. */
  isReplaced({ id, delta }: Pick<ContainerPlace, "id" | "delta">): boolean {
    const etc = lstatSync(join(delta, "etc"), { throwIfNoEntry: false });
    const seen = this.#seen.get(id);
    if (etc !== undefined && seen?.ino === etc.ino && seen.ctimeMs === etc.ctimeMs) {
      return false;
    }
    const isReplaced = isLinkReplaced(delta);
    if (etc !== undefined && !isReplaced && Date.now() - etc.ctimeMs > oneTimeMs) {
      this.#seen.set(id, { ino: etc.ino, ctimeMs: etc.ctimeMs });
    } else {
      this.#seen.delete(id);
    }
    return isReplaced;
  }

  forget(id: number): void {
    this.#seen.delete(id);
  }
}

/** Returns whether a program in the container, such as sed -i, replaced the link /etc/hosts by a file. */
export function isLinkReplaced(delta: string): boolean {
  return inEtc(delta, (etc) => lstatSync(join(etc, "hosts"), { throwIfNoEntry: false })?.isFile()) ?? false;
}

/** Works with the container's own folder /etc, also if the container replaces it by a link at the same time. */
export function inEtc<T>(delta: string, work: (etc: string) => T): T | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(
      join(delta, "etc"),
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
    );
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) {
      return undefined;
    }
    throw error;
  }
  try {
    return work(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}
