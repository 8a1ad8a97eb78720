import { join } from "node:path";
import { z } from "zod";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { Instances } from "./instances";

const fileSchema = z.strictObject({ bootId: z.string() });

/**
 * Starts the instances that ran when the host went down. Without a reboot since the daemon last ran, an instance that is
 * down was stopped inside, and stays down. Instances that are being destroyed stay down too.
 *
 * A damaged file counts as a reboot: it is damaged mostly by a power cut, after which instances must run again.
 *
 * Resolves when all are up, or could not be started; after a daemon that ends before, the next one repeats it.
 */
export async function startAfterReboot(
  stateFolder: string,
  bootId: string,
  instances: Instances,
  { damaged, lateWrites }: { damaged: DamagedFiles; lateWrites: Pick<LateWrites, "attempt"> },
): Promise<void> {
  const path = join(stateFolder, "boot-id.json");
  const last = await damaged.read(path, fileSchema);
  if (last?.bootId === bootId) {
    return;
  }
  await instances.startAgain(
    instances.catalog
      .all()
      .filter(
        ({ status, record, abort }) =>
          status === "stopped" && record.wanted === "running" && !abort.signal.aborted,
      ),
  );
  await lateWrites.attempt("the boot id", () => writeJsonFile(path, { bootId }));
}
