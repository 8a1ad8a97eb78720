import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolders } from "./temporary-folder";

const run = promisify(execFile);

/**
 * Like `temporaryFolders`, in memory: for tests that make and remove thousands of files, which takes a disk up to a
 * hundred times as long. Only for tests that run as root in a mount namespace of their own.
 */
export function memoryFolders(): () => Promise<string> {
  let parent = "";
  after(async () => {
    if (parent !== "") {
      // A process that has just been killed may not have let go of it yet.
      await run("umount", ["--lazy", parent]);
    }
  });
  // After the other one, as it removes the folder.
  const newFolder = temporaryFolders();
  before(async () => {
    const folder = await newFolder();
    await run("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", folder]);
    parent = folder;
  });
  return () => mkdtemp(join(parent, "minicloud-test-"));
}
