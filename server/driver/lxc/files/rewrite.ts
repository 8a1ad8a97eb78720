import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { hasErrno } from "../../../../protocol/errno";
import type { ContainerFile } from "../../driver";

const { O_RDONLY, O_WRONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Opens the root folder of a process as that process sees it, with its mounts. The caller closes it. */
export function openRootOf(pid: number): number {
  return openSync(`/proc/${pid}/root/`, O_RDONLY | O_DIRECTORY);
}

/**
 * Replaces the content of an open file.
 *
 * @param before its size. It is cut at its end only, and not emptied first: ext4 would begin to write it to the disk when
 * it is closed, which takes longer than all the rest.
 */
export function rewriteOpened(file: number, content: Uint8Array, before: number): void {
  let written = 0;
  while (written < content.length) {
    written += writeSync(file, content, written, content.length - written, written);
  }
  if (before > content.length) {
    ftruncateSync(file, content.length);
  }
}

/**
 * Replaces the content of a file in a running container, without starting a process. Owner and mode stay. No link of the
 * container is followed, also none that appears at the same time. The host's root cannot create files there: the kernel
 * refuses owners that the container does not have.
 *
 * Only for a container whose users do not have it yet: a reader could find a part of the content.
 *
 * @param root from `openRootOf`.
 * @returns false if there is no regular file with one link at the path.
 */
export function rewriteFile(root: number, { path, content }: ContainerFile): boolean {
  const names = path.split("/").filter((name) => name !== "");
  const opened: number[] = [];
  const open = (folder: number, name: string, flags: number): number => {
    const descriptor = openSync(`/proc/self/fd/${folder}/${name}`, flags | O_NOFOLLOW | O_NONBLOCK);
    opened.push(descriptor);
    return descriptor;
  };
  try {
    let folder = root;
    for (const name of names.slice(0, -1)) {
      folder = open(folder, name, O_RDONLY | O_DIRECTORY);
    }
    const file = open(folder, names.at(-1) ?? "", O_WRONLY);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.nlink !== 1) {
      return false;
    }
    rewriteOpened(file, content, stats.size);
    return true;
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR")) {
      return false;
    }
    throw error;
  } finally {
    opened.forEach((descriptor) => closeSync(descriptor));
  }
}
