import { closeSync, linkSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { hasErrno } from "../../../protocol/errno";
import { MccError, messageOf } from "../../../protocol/error";
import { validate } from "../../../protocol/validate";
import { namingFileSystem } from "./file-system-fault";
import { removeFile } from "./remove-file";
import { syncData, syncFolder } from "./sync";

// Only the syncs go through the thread pool. Each call through it takes some 40 microseconds on both sides, and the kernel makes
// and removes files on one thread in less time than on four, which wait for each other's locks.

/** Like `replaceFile`, for a value as JSON. */
export async function writeJsonFile(path: string, value: unknown, mode = 0o600): Promise<void> {
  await replaceFile(path, `${JSON.stringify(value, undefined, 2)}\n`, mode);
}

/**
 * Replaces a file's content completely: after a crash or a power cut, it has the old or the new content. It writes and
 * syncs a temporary file next to it, renames it, and syncs the folder. After a failure, also of the last step, it has the
 * old content, or does not exist as before: the caller keeps the old state in memory, and the next daemon must not read
 * another one.
 *
 * @throws MccError `exhausted` or `unavailable` that names the file system, if the file system refuses the file.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await namingFileSystem(path, async () => {
    const former = `${path}.former.new`;
    const before = keepFormer(path, former);
    try {
      await replaceBy(path, mode, async (descriptor) => {
        writeFileSync(descriptor, text);
        await syncData(descriptor);
      });
      await syncFolder(dirname(path));
    } catch (error) {
      // The error of the write is reported, and not one of the return.
      quietly(() => restoring[before](path, former));
      throw error;
    } finally {
      // The next start removes what stays. After a return, both names can be of one file, which a rename leaves so.
      if (before === "kept") {
        quietly(() => unlinkSync(former));
      }
    }
  });
}

/** What was at the path before: nothing, a file that has a second name now, or something that cannot have one. */
type Former = "nothing" | "kept" | "unlinkable";

const restoring: Readonly<Record<Former, (path: string, former: string) => void>> = {
  nothing: (path) => unlinkSync(path),
  kept: (path, former) => renameSync(former, path),
  unlinkable: () => undefined,
};

/** Gives the file a second name. @param isAgain whether this is the second try, after the entry in its place was removed. */
function keepFormer(path: string, former: string, isAgain = false): Former {
  try {
    linkSync(path, former);
    return "kept";
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      return "nothing";
    }
    // Left by a daemon that was killed, or by a file system that reported a failure.
    quietly(() => unlinkSync(former));
    if (hasErrno(error, "EEXIST") && !isAgain) {
      return keepFormer(path, former, true);
    }
    if (hasErrno(error, "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) {
      return "unlinkable";
    }
    throw error;
  }
}

/** Does work whose failure changes nothing. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The caller goes on without it.
  }
}

/** Replaces the file by one that `write` fills. After a failed write, the old file stays, and no file next to it. */
export async function replaceBy(
  path: string,
  mode: number,
  write: (descriptor: number) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const descriptor = openNew(temporary, mode);
    try {
      await write(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    // The error of the write is reported, and not one of the removal. The next start removes what stays.
    quietly(() => unlinkSync(temporary));
    throw error;
  }
}

/**
 * Opens a new file for writing, and returns its descriptor. An entry in its place, from a crash or from another user, is
 * removed and never written to: a symbolic link could lead to any file of root.
 */
export function openNew(path: string, mode: number): number {
  // O_EXCL refuses links too.
  try {
    return openSync(path, "wx", mode);
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) {
      throw error;
    }
  }
  removeFile(path);
  return openSync(path, "wx", mode);
}

/** Reads a JSON file. @throws MccError `invalid` that names the file, for content that the schema does not allow. */
export async function readJsonFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const text = await readFile(path, "utf8");
  return validate(schema, parseJson(text, path), path);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MccError("invalid", `${path} is not JSON: ${messageOf(error)}.`);
  }
}
