import { existsSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import type { ContainerPlace } from "./place";

/** What LXC's monitor logs if it cannot start a container: `__lxc_start` in start.c, in LXC 4.0 to 6.0. */
const failedStart = "Failed to spawn container";

/**
 * Returns whether a container has ended because its monitor could not start it again after a `reboot` inside.
 *
 * That happens if a process of the host is in the container's cgroup at that moment, because LXC then finds the cgroup of
 * the earlier life. lxc-attach is such a process for about a millisecond, before it enters the container's namespaces.
 * LXC puts it into the cgroup first, so that root inside cannot keep a process out of the limits.
 */
export async function hasFailedReboot({ log }: ContainerPlace): Promise<boolean> {
  // Most containers that end have none, and many may end at the same time: no thread is needed to see that.
  const text = existsSync(log) ? await unlessErrno(readFile(log, "utf8"), "ENOENT") : undefined;
  return text?.includes(failedStart) ?? false;
}

/** A container that is started or stopped from now on has no failed reboot. */
export function forgetFailedReboot({ log }: ContainerPlace): void {
  rmSync(log, { force: true });
}
