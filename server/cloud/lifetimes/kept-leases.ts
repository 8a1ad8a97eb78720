import { join } from "node:path";
import { z } from "zod";
import { NextRun } from "../../support/concurrency/next-run";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import { type HeldLease, heldLeaseSchema } from "./lifetime";

const fileSchema = z.array(heldLeaseSchema);

/**
 * The file `leases.json` with the open leases, so that a lease without instances yet survives a restart of the daemon.
 * Leases of instances and fleets are in their records too.
 */
export class KeptLeases {
  readonly #writes: NextRun<boolean>;
  #open: () => readonly HeldLease[] = () => [];

  private constructor(
    path: string,
    /** The leases that were open when the last daemon ended. */
    readonly earlier: readonly HeldLease[],
    lateWrites: Pick<LateWrites, "attempt">,
  ) {
    this.#writes = new NextRun(() =>
      lateWrites.attempt("the leases", () => writeJsonFile(path, this.#open())),
    );
  }

  static async open(
    stateFolder: string,
    damaged: DamagedFiles,
    lateWrites: Pick<LateWrites, "attempt">,
  ): Promise<KeptLeases> {
    const path = join(stateFolder, "leases.json");
    return new KeptLeases(path, (await damaged.read(path, fileSchema)) ?? [], lateWrites);
  }

  /**
   * Writes the open leases. Resolves when they are on disk, or the file system refused them; then they are written later.
   *
   * @param open returns the leases that are open when the write begins.
   */
  async save(open: () => readonly HeldLease[]): Promise<void> {
    this.#open = open;
    await this.#writes.request();
  }
}
