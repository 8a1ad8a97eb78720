import { join } from "node:path";
import type { Vz } from "../commands/vz";
import { exists, ofContainer } from "../host";

/** The file in a private area that shows that the container's files are in a disk image. */
const diskImage = "root.hdd";

/**
 * Returns the folder of a stopped container's files as the container will see them, so that no mount is needed: its
 * private area, with the layout simfs on a kernel that is not OpenVZ's. There, vzctl's mount is a bind of this folder.
 *
 * @returns undefined if the files appear only in a mount, or if an OpenVZ kernel's quota must count the writes.
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
