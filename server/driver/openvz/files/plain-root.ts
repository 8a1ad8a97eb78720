import { join } from "node:path";
import type { Vz } from "../commands/vz";
import { exists, ofContainer } from "../host";

/** What a private area holds whose files lie in a disk image. */
const diskImage = "root.hdd";

/**
 * Where the files of a container that does not run lie as it will see them, so that nothing has to be mounted first:
 * its private area, with the layout simfs on a kernel other than OpenVZ's, where vzctl's mount is a bind of just
 * that folder.
 *
 * @returns undefined where only a mount shows them, or lets an OpenVZ kernel's quota count what is written.
 */
export async function plainRoot(vz: Vz, ctid: string): Promise<string | undefined> {
  if (!(await vz.generation()).simfs || (await exists(vz.places.procVz))) {
    return undefined;
  }
  const variables = await (await vz.host()).containerVariables(ctid);
  const pattern = variables?.get("VE_PRIVATE");
  const folder = pattern && ofContainer(pattern, ctid);
  return folder && !(await exists(join(folder, diskImage))) ? folder : undefined;
}
