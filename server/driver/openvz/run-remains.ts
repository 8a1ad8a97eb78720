import { readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../protocol/errno";
import type { DriverLog } from "../driver";
import type { Vz } from "./commands/vz";
import { exists } from "./host";

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
    private readonly vz: Vz,
    private readonly log: DriverLog,
  ) {}

  /**
   * Removes the control groups, the link to the network namespace, and vzctl's files about the run. Changes nothing while
   * the container runs, or while a command of vzctl is working on it. Waits a second for processes that are ending.
   */
  async remove(ctid: string): Promise<void> {
    try {
      if ((await this.#isOtherKernel()) && !(await this.#isLocked(ctid))) {
        await this.#removeNow(ctid);
      }
    } catch (error) {
      this.log.warn(
        { container: ctid, err: error },
        "what vzctl left of the container's run could not be removed",
      );
    }
  }

  async #removeNow(ctid: string): Promise<void> {
    const { places, controlGroups } = this.vz;
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

  async #isOtherKernel(): Promise<boolean> {
    return (await this.vz.generation()).otherKernels && !(await this.vz.isOpenvzKernel());
  }

  async #isLocked(ctid: string): Promise<boolean> {
    return await exists(join((await this.vz.host()).lockFolder, `${ctid}.lck`));
  }
}
