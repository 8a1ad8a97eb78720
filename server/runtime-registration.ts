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
 * Tells the programs on this host about the daemon; what a killed one left at this port is replaced, and a folder
 * there is moved away.
 *
 * @returns where such folders are now.
 * @throws MccError `conflict` for a folder in which others could tell them of another daemon.
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

/** A file cannot take the place of a folder. */
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
 * Removes the files that are `ours`, and their folder with the last one. Other daemons' files stay, and what cannot
 * be read as one: a daemon writes its own whole or not at all.
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
  // EBUSY: something is mounted on it, by an operator.
  await unlessErrno(rmdir(folder), "ENOTEMPTY", "ENOENT", "EBUSY");
  // A user's own lies in a folder that was made for it.
  if (basename(dirname(folder)) === "minicloud") {
    await unlessErrno(rmdir(dirname(folder)), "ENOTEMPTY", "ENOENT");
  }
}

async function readIfReadable(path: string): Promise<RuntimeFile | undefined> {
  const reading = await readKeptJson(path, runtimeFileSchema);
  return reading.outcome === "read" ? reading.value : undefined;
}
