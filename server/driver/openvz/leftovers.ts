import { readdir, readFile, readlink, rm, rmdir, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { detachMounts } from "../../support/files/mount-points";
import { removeTree } from "../../support/files/remove-tree";
import { processState } from "../../support/processes";
import type { Variables } from "./configuration/file";
import type { UnfinishedRecord } from "./containers/unfinished-records";
import { exists, type HostConfiguration, ofContainer } from "./host";

/** The files next to a private area while `create` works on it, in vzctl 4 and in OpenVZ 7. */
const temporaryEndings = [".tmp", ".private_temporary", ".lck"];

/**
 * Removes what `destroy` leaves of a container: its renamed configuration. After a killed command, also an incomplete
 * configuration, links of its name, an empty mount point and its locks.
 */
export async function removeRemains(host: HostConfiguration, ctid: string): Promise<void> {
  const files = (await entriesOf(host.containerFolder)).filter(
    (file) => file === `${ctid}.conf.tmp` || (file.startsWith(`${ctid}.`) && file.endsWith(".destroyed")),
  );
  await Promise.all(files.map((file) => rm(join(host.containerFolder, file), { force: true })));
  await removeDanglingLink(host.containerConfiguration(ctid));
  await removeStaleNames(host, ctid);
  await removeEmptyFolder(host.root(ctid));
  await removeStaleLocks(host, ctid);
}

/**
 * Removes the private area, complete or not. A killed `create` may leave it without a configuration, as well as a
 * `destroy` that could not move it away.
 *
 * @param own the last VE_PRIVATE of its configuration, if it had one. The area may be in another place than others, and
 * its usual place may contain one of another owner. A path without the container's id in it is not removed, because an
 * operator chose it.
 */
export async function removePrivateArea(
  host: HostConfiguration,
  { ctid, privateArea, sample }: UnfinishedRecord,
  own = privateArea ?? sample?.["VE_PRIVATE"],
): Promise<void> {
  const path = own === undefined ? host.privateArea(ctid) : ofContainer(own, ctid);
  if (path.split("/").includes(ctid)) {
    await Promise.all(areaPaths(path).map((each) => removeTree(each)));
  }
}

/** Returns where a private area is, complete or not. */
export function areaPaths(area: string): string[] {
  return ["", ...temporaryEndings].map((ending) => `${area}${ending}`);
}

/**
 * Detaches the mounts of the host inside a container, in its root or its private area. vzctl cannot unmount a root that
 * contains a mount, and would remove the files in a mount of the private area.
 */
export async function detachHostMounts(
  host: HostConfiguration,
  ctid: string,
  variables: Variables,
): Promise<void> {
  for (const [own, usual] of [
    [variables.get("VE_ROOT"), host.root(ctid)],
    [variables.get("VE_PRIVATE"), host.privateArea(ctid)],
  ] as const) {
    const path = own === undefined ? usual : ofContainer(own, ctid);
    if (path.split("/").includes(ctid)) {
      await detachMounts(path, true);
    }
  }
}

/** In v7, the configuration is in the private area, and the usual place has a link to it. */
async function removeDanglingLink(path: string): Promise<void> {
  const isLink = (await unlessErrno(readlink(path), "EINVAL", "ENOENT")) !== undefined;
  if (isLink && (await unlessErrno(stat(path), "ENOENT")) === undefined) {
    await unlink(path);
  }
}

/** A name is a symbolic link to the configuration. */
async function removeStaleNames(host: HostConfiguration, ctid: string): Promise<void> {
  if (await exists(host.containerConfiguration(ctid))) {
    return;
  }
  for (const name of await entriesOf(host.nameFolder)) {
    const path = join(host.nameFolder, name);
    // Another container's command may remove its own link at the same time.
    const target = await unlessErrno(readlink(path), "EINVAL", "ENOENT");
    if (target !== undefined && basename(target) === `${ctid}.conf`) {
      await unlessErrno(unlink(path), "ENOENT");
    }
  }
}

/**
 * Removes the lock, and the file that vzctl writes first and then links to the lock's name. vzctl also treats a lock as
 * stale if its process does not exist.
 */
async function removeStaleLocks(host: HostConfiguration, ctid: string): Promise<void> {
  for (const name of (await entriesOf(host.lockFolder)).filter((entry) => entry.startsWith(`${ctid}.lck`))) {
    const path = join(host.lockFolder, name);
    const holder = Number.parseInt((await unlessErrno(readFile(path, "utf8"), "ENOENT")) ?? "", 10);
    if (!Number.isNaN(holder) && !(await isRunning(holder))) {
      await rm(path, { force: true });
    }
  }
}

async function isRunning(pid: number): Promise<boolean> {
  const found = await processState(pid);
  return found !== undefined && found.state !== "Z";
}

/** A folder that is not empty, or in use, stays. */
async function removeEmptyFolder(path: string): Promise<void> {
  await unlessErrno(rmdir(path), "ENOENT", "ENOTEMPTY", "EEXIST", "EBUSY");
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
}
