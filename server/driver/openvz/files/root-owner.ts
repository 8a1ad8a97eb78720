import { lchown, lstat } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import type { Vz } from "../commands/vz";
import { localOwnerIn } from "../host";
import { plainRoot } from "./plain-root";

/**
 * Gives the root folder of a new container the owner of the files in it. If vzctl shifts users (LOCAL_UID), it shifts
 * only the archive's entries, and then refuses to start a container whose root folder has another owner (47). Without
 * this function, a container from an archive without an entry for `./` could not start.
 */
export async function giveRootFolder(vz: Vz, ctid: string): Promise<void> {
  const root = await plainRoot(vz, ctid);
  if (root === undefined) {
    return;
  }
  const host = await vz.host();
  const own = localOwnerIn((await host.containerVariables(ctid)) ?? new Map());
  const [uid, gid] = [own.uid ?? host.localOwner.uid, own.gid ?? host.localOwner.gid];
  const [folder, inside] = [await lstat(root), await unlessErrno(lstat(join(root, "etc")), "ENOENT")];
  // If vzctl shifted nothing, no owner of the folder would be correct.
  if (uid !== undefined && uid !== folder.uid && uid === inside?.uid) {
    await lchown(root, uid, gid ?? folder.gid);
  }
}
