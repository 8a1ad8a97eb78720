import { lstat, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { unlessErrno } from "../protocol/errno";
import {
  type RuntimeFile,
  runtimeFileName,
  runtimeFileSchema,
  runtimeFolder,
} from "../protocol/runtime-file";
import { shareWithOperators } from "./cloud/state/operators-group";
import { writeJsonFile } from "./support/files/json-file";
import { readKeptJson } from "./support/files/kept-file";
import { makeFolder } from "./support/files/make-folder";
import { refuseUntrustedPath } from "./support/files/trusted-path";

/**
 * Announces the daemon to the programs on this host. The file of a killed daemon with the same port is replaced. A
 * folder in the file's place is moved away.
 *
 * @returns the new paths of such folders.
 * @throws MccError `conflict` for a folder in which other users could announce another daemon.
 */
export async function register(port: number, file: RuntimeFile): Promise<string[]> {
  const folder = runtimeFolder();
  const subject = { what: `the folder ${folder}`, remedy: "choose another one with MCC_RUNTIME_DIR" };
  await refuseUntrustedPath(folder, subject);
  await makeFolder(folder);
  await refuseUntrustedPath(folder, subject);
  const path = join(folder, runtimeFileName(port));
  const moved = await moveFolders(path);
  await writeJsonFile(path, file);
  await shareWithOperators(path);
  return moved;
}

/** Moves folders away, because a file cannot replace a folder. */
async function moveFolders(path: string): Promise<string[]> {
  const moved: string[] = [];
  for (const each of [path, `${path}.new`]) {
    if ((await lstat(each).catch(() => undefined))?.isDirectory() === true) {
      const free = `${each}.damaged-${new Date().toISOString().replaceAll(":", "")}`;
      await rename(each, free);
      moved.push(free);
    }
  }
  return moved;
}

/**
 * Removes the files that are `ours`, and their folder with the last one. Other daemons' files stay, and also files that
 * cannot be read: a daemon writes its own file completely or not at all.
 */
export async function withdraw(ours: (file: RuntimeFile) => boolean): Promise<void> {
  const folder = runtimeFolder();
  for (const name of (await unlessErrno(readdir(folder), "ENOENT")) ?? []) {
    const path = join(folder, name);
    const file = name.endsWith(".json") ? await readIfReadable(path) : undefined;
    if (file !== undefined && ours(file)) {
      await rm(path, { force: true });
    }
  }
  // EBUSY: an operator has mounted something on it.
  await unlessErrno(rmdir(folder), "ENOTEMPTY", "ENOENT", "EBUSY");
  // A user's own file is in a folder that was created for it.
  if (basename(dirname(folder)) === "minicloud") {
    await unlessErrno(rmdir(dirname(folder)), "ENOTEMPTY", "ENOENT");
  }
}

async function readIfReadable(path: string): Promise<RuntimeFile | undefined> {
  const reading = await readKeptJson(path, runtimeFileSchema);
  return reading.outcome === "read" ? reading.value : undefined;
}
