import { readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../protocol/errno";
import type { DriverLog } from "../driver";
import type { Vz } from "./commands/vz";
import { exists } from "./host";
import type { RootWork } from "./root-work/root-work";

/** The link to the network namespace of a process, as vzctl sets it. */
const namespaceLink = /^\/proc\/\d+\/ns\/net$/;

/** A start can fail while the container's first process is still ending. */
const mostAttempts = 10;
const pauseMs = 100;

/** The folders of vzctl's files about running containers. */
const records = ["vepid", "veip"];

/**
 * Removes what vzctl leaves of the run of a container on a kernel that is not OpenVZ's, and that its own commands remove
 * only at the next start. Failures are only logged.
 */
export class RunRemains {
  constructor(
    private readonly work: Pick<RootWork, "removeRunRemains">,
    private readonly log: DriverLog,
  ) {}

  /**
   * Removes the control groups, the link to the network namespace, and vzctl's files about the run. Changes nothing while
   * the container runs, or while a command of vzctl is working on it. Waits a second for processes that are ending.
   */
  async remove(ctid: string): Promise<void> {
    try {
      await this.work.removeRunRemains(ctid);
    } catch (error) {
      this.log.warn(
        { container: ctid, err: error },
        "what vzctl left of the container's run could not be removed",
      );
    }
  }
}

/** Removes what a run left, as `RunRemains.remove` says. @throws the system's errors. */
export async function removeRunRemains(vz: Vz, ctid: string): Promise<void> {
  const { places, controlGroups } = vz;
  const isOtherKernel = (await vz.generation()).otherKernels && !(await vz.isOpenvzKernel());
  if (!isOtherKernel || (await isLocked(vz, ctid))) {
    return;
  }
  for (let attempt = 1; !(await controlGroups.removeOf(ctid)); attempt += 1) {
    if (attempt === mostAttempts) {
      return;
    }
    await pause(pauseMs);
  }
  const link = join(places.networkNamespaces, ctid);
  if (namespaceLink.test((await unlessErrno(readlink(link), "ENOENT", "EINVAL")) ?? "")) {
    await rm(link, { force: true });
  }
  await Promise.all(records.map((kind) => rm(join(places.runRecords, kind, ctid), { force: true })));
}

async function isLocked(vz: Vz, ctid: string): Promise<boolean> {
  return await exists(join((await vz.host()).lockFolder, `${ctid}.lck`));
}
