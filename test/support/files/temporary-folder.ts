import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Creates empty folders that are removed after the calling suite.
 *
 * @param parent the folder that contains them.
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

/** Returns a folder in memory on Linux, for tests that write so many files that a disk would be too slow. */
export function memoryOrTemporary(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}
