import { execFile } from "node:child_process";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasErrno } from "../../../protocol/errno";
import { temporaryFolders } from "./temporary-folder";

const run = promisify(execFile);

/** A file system in memory that tests fill, empty, and make read-only. */
export class SmallFileSystem {
  #isReadOnly = false;

  constructor(readonly folder: string) {}

  /** Uses all free bytes. */
  async fill(): Promise<void> {
    for (const size of [65_536, 4096, 1]) {
      await untilFull(() => appendFile(this.#filler, "x".repeat(size)));
    }
  }

  /** Uses all free inodes. */
  async fillInodes(): Promise<void> {
    let count = 0;
    await untilFull(async () => {
      await writeFile(`${this.#filler}-${count}`, "");
      count += 1;
    });
    this.#emptyFiles = count;
  }

  #emptyFiles = 0;

  /** Frees the used bytes and inodes. */
  async empty(): Promise<void> {
    await rm(this.#filler, { force: true });
    for (; this.#emptyFiles > 0; this.#emptyFiles -= 1) {
      await rm(`${this.#filler}-${this.#emptyFiles - 1}`);
    }
  }

  /** Prevents writes to files that are not open yet. */
  async makeReadOnly(): Promise<void> {
    await run("mount", ["--bind", this.folder, this.folder]);
    await run("mount", ["-o", "remount,bind,ro", this.folder]);
    this.#isReadOnly = true;
  }

  async makeWritable(): Promise<void> {
    if (this.#isReadOnly) {
      // A process that has just been killed can still use it.
      await run("umount", ["--lazy", this.folder]);
      this.#isReadOnly = false;
    }
  }

  async remove(): Promise<void> {
    await this.makeWritable();
    await run("umount", ["--lazy", this.folder]);
  }

  get #filler(): string {
    return join(this.folder, "filler");
  }
}

async function untilFull(write: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 100_000; tries += 1) {
    try {
      await write();
    } catch (error) {
      if (hasErrno(error, "ENOSPC")) {
        return;
      }
      throw error;
    }
  }
  throw new Error("the file system was not filled");
}

/**
 * Creates small file systems that are removed after the calling suite. Only for tests that run as root in a separate
 * mount namespace.
 */
export function smallFileSystems(): (options: string) => Promise<SmallFileSystem> {
  const made: SmallFileSystem[] = [];
  after(async () => {
    for (const each of made) {
      await each.remove();
    }
  });
  // This hook runs after the other one, because it removes the folders.
  const newFolder = temporaryFolders();
  return async (options) => {
    const folder = await newFolder();
    await run("mount", ["-t", "tmpfs", "-o", `mode=755,${options}`, "tmpfs", folder]);
    const fileSystem = new SmallFileSystem(folder);
    made.push(fileSystem);
    return fileSystem;
  };
}
