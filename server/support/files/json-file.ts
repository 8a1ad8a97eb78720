import { closeSync, fsync, openSync } from "node:fs";
import { type FileHandle, link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { MccError, messageOf } from "../../../protocol/error";
import { validate } from "../../../protocol/validate";
import { namingFileSystem } from "./file-system-fault";

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
    const before = await keepFormer(path, former);
    try {
      await replaceBy(path, mode, async (file) => {
        await file.writeFile(text);
        await file.datasync();
      });
      await syncFolder(dirname(path));
    } catch (error) {
      // The error of the write is reported, and not one of the return.
      await quietly(restoring[before](path, former));
      throw error;
    } finally {
      // The next start removes what stays. After a return, both names can be of one file, which a rename leaves so.
      await (before === "kept" ? quietly(unlink(former)) : undefined);
    }
  });
}

/** What was at the path before: nothing, a file that has a second name now, or something that cannot have one. */
type Former = "nothing" | "kept" | "unlinkable";

const restoring: Readonly<Record<Former, (path: string, former: string) => Promise<void>>> = {
  nothing: (path) => unlink(path),
  kept: (path, former) => rename(former, path),
  unlinkable: () => Promise.resolve(),
};

/** Gives the file a second name. */
async function keepFormer(path: string, former: string): Promise<Former> {
  try {
    await link(path, former);
    return "kept";
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      return "nothing";
    }
    // Left by a daemon that was killed, or by a file system that reported a failure.
    await quietly(unlink(former));
    if (hasErrno(error, "EEXIST")) {
      return await keepFormer(path, former);
    }
    if (hasErrno(error, "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) {
      return "unlinkable";
    }
    throw error;
  }
}

/** Waits for work whose failure changes nothing. */
async function quietly(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined);
}

/** Replaces the file by one that `write` fills. After a failed write, the old file stays, and no file next to it. */
export async function replaceBy(
  path: string,
  mode: number,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await openNew(temporary, mode);
    try {
      await write(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // The error of the write is reported, and not one of the removal. The next start removes what stays.
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/**
 * Opens a new file for writing. An entry in its place, from a crash or from another user, is removed and never written
 * to: a symbolic link could lead to any file of root.
 */
export async function openNew(path: string, mode: number): Promise<FileHandle> {
  // O_EXCL refuses links too.
  const opened = await unlessErrno(open(path, "wx", mode), "EEXIST");
  if (opened !== undefined) {
    return opened;
  }
  await unlessErrno(unlink(path), "ENOENT");
  return await open(path, "wx", mode);
}

/** Reads a JSON file. @throws MccError `invalid` that names the file, for content that the schema does not allow. */
export async function readJsonFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const text = await readFile(path, "utf8");
  return validate(schema, parseJson(text, path), path);
}

/** Ensures that a rename, a new file or a removal in the folder survives a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // The kernel opens and closes a folder from memory. Through the thread pool, that takes ten times as long.
  const descriptor = openSync(folder, "r");
  try {
    await new Promise<void>((resolve, reject) => {
      fsync(descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    closeSync(descriptor);
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MccError("invalid", `${path} is not JSON: ${messageOf(error)}.`);
  }
}
