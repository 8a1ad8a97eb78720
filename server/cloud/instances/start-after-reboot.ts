import { join } from "node:path";
import { z } from "zod";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { InstanceCatalog } from "./catalog";
import type { Instances } from "./instances";

const fileSchema = z.strictObject({ bootId: z.string() });

/**
 * Starts the instances that were to run when the host went down. When the host has not been started anew since
 * the daemon last ran, it leaves alone what is down, as then somebody brought it down; it leaves alone, too, what
 * is to be destroyed.
 *
 * A damaged file counts as a new boot: what damages it is mostly a power cut, after which instances are to run again.
 *
 * Resolves when all are up, or could not be started; a daemon that ends before does it again.
 */
export async function startAfterReboot(
  stateFolder: string,
  bootId: string,
  catalog: InstanceCatalog,
  instances: Instances,
  { damaged, lateWrites }: { damaged: DamagedFiles; lateWrites: Pick<LateWrites, "attempt"> },
): Promise<void> {
  const path = join(stateFolder, "boot-id.json");
  const last = await damaged.read(path, fileSchema);
  if (last?.bootId === bootId) {
    return;
  }
  await instances.startAgain(
    catalog
      .all()
      .filter(
        ({ status, record, abort }) =>
          status === "stopped" && record.wanted === "running" && !abort.signal.aborted,
      ),
  );
  await lateWrites.attempt("the boot id", () => writeJsonFile(path, { bootId }));
}
