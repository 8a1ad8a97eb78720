import { lchown, lstat } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import type { Vz } from "../commands/vz";
import { localOwnerIn } from "../host";
import { plainRoot } from "./plain-root";

/**
 * Gives the root folder of a new container to whom all that is in it belongs. Where vzctl shifts users (LOCAL_UID) it
 * shifts what the archive has entries for, and then starts no container whose root folder is another user's (47): one
 * from an archive without an entry for `./` never would.
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
  // Where it shifted nothing, no owner of the folder's would be the right one.
  if (uid !== undefined && uid !== folder.uid && uid === inside?.uid) {
    await lchown(root, uid, gid ?? folder.gid);
  }
}
