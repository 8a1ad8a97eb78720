import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes empty folders, which are removed after the suite that calls this.
 *
 * @param parent the folder that they are in.
 */
export function temporaryFolders(parent = tmpdir()): () => Promise<string> {
  const folders: string[] = [];
  after(async () => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return async () => {
    const folder = await mkdtemp(join(parent, "minicloud-test-"));
    folders.push(folder);
    return folder;
  };
}

/** In memory on Linux, for tests that write so many files that a disk would take longer than all the rest. */
export function memoryOrTemporary(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}
