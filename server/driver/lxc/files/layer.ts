import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fchownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { readInRoot } from "../../../support/files/read-in-root";
import type { ContainerFile } from "../../driver";
import { containerRoot } from "../commands/command";
import type { ContainerPlace } from "../place";

/** The layers of a container's file system: its changes, over its image. */
export interface Layers {
  readonly delta: string;
  readonly rootfs: string;
}

// Synchronous on purpose: each creation makes dozens of calls that take microseconds each. Through the thread pool they
// took three times the processor time, and longer the busier the host was.

/** Creates the folder for a container's changes, in the folder of its layer. */
export function makeLayer(container: ContainerPlace): void {
  mkdirSync(container.delta);
  for (const folder of [container.layer, container.delta]) {
    lchownSync(folder, containerRoot, containerRoot);
    chmodSync(folder, 0o755);
  }
}

/**
 * Writes files into a container that does not run. Another entry in their place, such as a symbolic link of the
 * container or the mark of a deleted file, is replaced and never followed.
 *
 * @throws MccError `engine` for a folder in the place of a file: its contents belong to the container.
 */
export function writeIntoLayer(layers: Layers, files: readonly ContainerFile[]): void {
  for (const file of files) {
    const names = namesOf(file.path);
    const folder = makeFolders(layers, names.slice(0, -1), file.folderMode);
    const name = names.at(-1) ?? "";
    if (folderAt(join(folder, name)) !== undefined) {
      throw new MccError(
        "engine",
        `${file.path} could not be written: it is a folder in the instance; start it and remove the folder.`,
      );
    }
    replaceFile(folder, name, file);
  }
}

/** Writes a symbolic link into a container that does not run. */
export function linkInLayer(layers: Layers, path: string, target: string): void {
  const names = namesOf(path);
  const link = join(makeFolders(layers, names.slice(0, -1), undefined), names.at(-1) ?? "");
  rmSync(link, { recursive: true, force: true });
  symlinkSync(target, link);
  lchownSync(link, containerRoot, containerRoot);
}

/**
 * Returns the first bytes of a file that a container which does not run has changed or that the daemon has written. A
 * link is never followed.
 *
 * @returns undefined if there is no such file in the layer, or it is not a regular file.
 */
export async function readFromLayer(
  delta: string,
  path: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  return await readInRoot(delta, namesOf(path), maxBytes);
}

/** Returns the parts of a path. @throws MccError `invalid`. */
export function namesOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (!path.startsWith("/") || names.length === 0 || names.some((name) => name === "." || name === "..")) {
    throw new MccError("invalid", `"${path}" is not an absolute path without "." and ".." in it.`);
  }
  return names;
}

/** A folder that the container has not changed yet becomes a copy of the image's folder. Overlayfs merges the two. */
function makeFolders(layers: Layers, names: readonly string[], lastMode: number | undefined): string {
  let folder = layers.delta;
  let inImage: string | undefined = layers.rootfs;
  for (const [index, name] of names.entries()) {
    folder = join(folder, name);
    inImage = inImage === undefined ? undefined : join(inImage, name);
    const model = inImage === undefined ? undefined : folderAt(inImage);
    if (model === undefined) {
      inImage = undefined;
    }
    const wantedMode = index === names.length - 1 ? lastMode : undefined;
    if (makeFolder(folder)) {
      giveAccess(folder, model, wantedMode);
    } else if (wantedMode !== undefined) {
      chmodSync(folder, wantedMode);
    }
  }
  return folder;
}

/** Gives a new folder the owner and the mode of the image's folder, if that exists. @param mode Default: that one's. */
export function giveAccess(folder: string, model: Stats | undefined, mode: number | undefined): void {
  lchownSync(folder, model?.uid ?? containerRoot, model?.gid ?? containerRoot);
  chmodSync(folder, mode ?? (model === undefined ? 0o755 : model.mode & 0o7777));
}

/** Returns the status of a path if it is a folder, and not a link to one. */
export function folderAt(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true ? stats : undefined;
}

/** @returns false if the folder exists already. */
function makeFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    return false;
  }
  if (stats !== undefined) {
    rmSync(path, { force: true });
  }
  mkdirSync(path);
  return true;
}

/** Writes a file where nothing is. @throws the system's error; EEXIST for anything in its place. */
export function writeNew(path: string, { content, mode }: Pick<ContainerFile, "content" | "mode">): void {
  const descriptor = openSync(path, "wx", 0o600);
  try {
    writeFileSync(descriptor, content);
    fchownSync(descriptor, containerRoot, containerRoot);
    fchmodSync(descriptor, mode);
  } finally {
    closeSync(descriptor);
  }
}

function replaceFile(folder: string, name: string, file: ContainerFile): void {
  const temporary = join(folder, `.minicloud-${randomBytes(6).toString("hex")}`);
  try {
    writeNew(temporary, file);
    renameSync(temporary, join(folder, name));
  } catch (error) {
    // Before the temporary file is removed, so that the message reports the full file system.
    const fault = asFileSystemFault(error, join(folder, name));
    rmSync(temporary, { force: true });
    throw fault;
  }
}
