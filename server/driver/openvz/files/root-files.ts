import { randomBytes } from "node:crypto";
import { chmod, lchown, lstat, mkdir, open, rename, rm } from "node:fs/promises";
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
 * link of the container, is replaced and never followed, because it could lead to a file of the host.
 */
export async function writeIntoRoot(root: string, files: readonly ContainerFile[]): Promise<void> {
  const owner = await ownerOf(root);
  for (const file of files) {
    const names = namesOf(file.path);
    let folder = root;
    for (const [index, name] of names.slice(0, -1).entries()) {
      folder = join(folder, name);
      await makeFolder(folder, owner, index === names.length - 2 ? file.folderMode : undefined);
    }
    await replaceFile(folder, names.at(-1) ?? "", file, owner);
  }
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

async function makeFolder(path: string, owner: Owner, wantedMode: number | undefined): Promise<void> {
  const there = await unlessErrno(lstat(path), "ENOENT");
  if (there?.isDirectory() !== true) {
    await rm(path, { force: true });
    await mkdir(path);
    await lchown(path, owner.uid, owner.gid);
    await chmod(path, wantedMode ?? 0o755);
  } else if (wantedMode !== undefined) {
    await chmod(path, wantedMode);
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
