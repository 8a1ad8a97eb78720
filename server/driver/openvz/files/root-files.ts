import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { readInRoot } from "../../../support/files/read-in-root";
import { removeTree } from "../../../support/files/remove-tree";
import type { ContainerFile } from "../../driver";

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Writes files into the mounted root of a container that does not run. Another entry in their place, such as a symbolic
 * link of the container, is replaced and never followed, because it could lead to a file of the host. This also holds if
 * the container is started in the meantime, and replaces a folder: each folder is opened from its parent.
 */
export async function writeIntoRoot(root: string, files: readonly ContainerFile[]): Promise<void> {
  const owner = await ownerOf(root);
  for (const file of files) {
    const names = namesOf(file.path);
    // The host's path to the root may be a link.
    await inFolder({ path: await realpath(root), shown: root }, async (folder) => {
      await writeBelow(folder, root, names, file, owner);
    });
  }
}

/** @param folder its path while it is open. @param shown its path, for messages. */
async function writeBelow(
  folder: string,
  shown: string,
  [name = "", ...rest]: readonly string[],
  file: ContainerFile,
  owner: Owner,
): Promise<void> {
  if (rest.length === 0) {
    await replaceFile(folder, name, file, owner);
    return;
  }
  const path = join(folder, name);
  await makeFolder(path, owner);
  await inFolder({ path, shown: join(shown, name) }, async (inner, handle) => {
    if (rest.length === 1 && file.folderMode !== undefined) {
      await handle.chmod(file.folderMode);
    }
    await writeBelow(inner, join(shown, name), rest, file, owner);
  });
}

/** Runs a function with a folder that is open, and not reached through a link. */
async function inFolder(
  { path, shown }: { readonly path: string; readonly shown: string },
  work: (path: string, handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  // Not /proc/self, because a program that removes files uses the path too.
  const opened = `/proc/${process.pid}/fd/${handle.fd}`;
  try {
    await work(opened, handle);
  } catch (error) {
    throw naming(error, opened, shown);
  } finally {
    // Nothing was written through the handle, so that a failure means nothing.
    await handle.close().catch(() => undefined);
  }
}

/** Returns an error of the system with the path that users know. */
function naming(error: unknown, opened: string, shown: string): unknown {
  if (error instanceof Error && "path" in error && typeof error.path === "string") {
    error.message = error.message.replaceAll(`${opened}/`, `${shown}/`);
    error.path = error.path.replace(`${opened}/`, `${shown}/`);
  }
  return error;
}

/**
 * Returns the first bytes of a file in the mounted root of a container that does not run. A link is never followed.
 *
 * @returns undefined if the file does not exist, or is not a file.
 */
export async function readFromRoot(
  root: string,
  path: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  return await readInRoot(root, namesOf(path), maxBytes);
}

/** Returns the container's root, from a folder of every image: with user namespaces, it is not the host's root. */
async function ownerOf(root: string): Promise<Owner> {
  return (await unlessErrno(lstat(join(root, "etc")), "ENOENT")) ?? (await lstat(root));
}

function namesOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (!path.startsWith("/") || names.length === 0 || names.some((name) => name === "." || name === "..")) {
    throw new MccError("invalid", `"${path}" is not an absolute path without "." and ".." in it.`);
  }
  return names;
}

async function makeFolder(path: string, owner: Owner): Promise<void> {
  const there = await unlessErrno(lstat(path), "ENOENT");
  if (there?.isDirectory() !== true) {
    await rm(path, { force: true });
    await mkdir(path, { mode: 0o755 });
    await lchown(path, owner.uid, owner.gid);
  }
}

async function replaceFile(
  folder: string,
  name: string,
  { content, mode }: ContainerFile,
  owner: Owner,
): Promise<void> {
  const path = join(folder, name);
  const temporary = join(folder, `.minicloud-${randomBytes(6).toString("hex")}`);
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.chown(owner.uid, owner.gid);
    await handle.chmod(mode);
    if ((await unlessErrno(lstat(path), "ENOENT"))?.isDirectory() === true) {
      await removeTree(path);
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
