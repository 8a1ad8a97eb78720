import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolders } from "./temporary-folder";

const run = promisify(execFile);

/**
 * Like `temporaryFolders`, but in memory, for tests that create and remove thousands of files. A disk takes up to a
 * hundred times as long. Only for tests that run as root in a separate mount namespace.
 */
export function memoryFolders(): () => Promise<string> {
  let parent = "";
  after(async () => {
    if (parent !== "") {
      // A process that has just been killed can still use it.
      await run("umount", ["--lazy", parent]);
    }
  });
  // This hook runs after the other one, because it removes the folder.
  const newFolder = temporaryFolders();
  before(async () => {
    const folder = await newFolder();
    await run("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", folder]);
    parent = folder;
  });
  return () => mkdtemp(join(parent, "minicloud-test-"));
}
