import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the work with a temporary folder that is nobody else's, so that what is left in it shows. */
export async function ownTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "minicloud-tests-"));
  // Containers must get through.
  chmodSync(folder, 0o755);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return await work();
  } finally {
    if (before === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = before;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
