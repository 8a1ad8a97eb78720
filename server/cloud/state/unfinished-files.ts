import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import type { DamagedFiles } from "./damaged-files";

/** Folders with the daemon's files, and whether their subfolders have some too. Never the root of a container. */
const places: readonly { readonly path: string; readonly below: boolean }[] = [
  { path: ".", below: false },
  { path: "instances", below: true },
  { path: "fleets", below: false },
  { path: "keys", below: false },
  { path: "names", below: true },
];

/** Removes the temporary files, `*.new`, of writes that a kill or a power cut interrupted. */
export async function removeUnfinished(stateFolder: string, damaged: DamagedFiles): Promise<void> {
  for (const { path, below } of places) {
    const folder = join(stateFolder, path);
    const entries = await entriesOf(folder);
    await removeIn(folder, entries, damaged);
    for (const entry of below ? entries : []) {
      const inner = join(folder, entry);
      await removeIn(inner, await entriesOf(inner), damaged);
    }
  }
}

/** Returns none of a damaged folder; the code that needs the folder reports it. */
async function entriesOf(folder: string): Promise<string[]> {
  const isFolder = (await lstat(folder).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? await readdir(folder).catch(() => []) : [];
}

async function removeIn(folder: string, entries: readonly string[], damaged: DamagedFiles): Promise<void> {
  for (const entry of entries.filter((name) => name.endsWith(".new"))) {
    const path = join(folder, entry);
    const stats = await unlessErrno(lstat(path), "ENOENT");
    if (stats?.isDirectory() === true) {
      await damaged.setAside(path, "it is a folder, and the daemon writes a file there");
    } else if (stats !== undefined) {
      await unlessErrno(unlink(path), "ENOENT", "EROFS", "EACCES", "EPERM", "EIO");
    }
  }
}
