import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { fileSystemOf } from "../../../support/files/file-system";

/** O_TMPFILE of open(2), which Node does not name: a bit of its own, with that of O_DIRECTORY. */
const withoutName = 0o20000000 | constants.O_DIRECTORY;
const mode = 0o600;
/** Best first. */
const folders = [tmpdir(), "/dev/shm", "/run"];

/** A file to write to and read from that is gone once nobody has it open, also when this process is killed. */
export async function namelessFile(): Promise<FileHandle> {
  const folder = folderWithRoom();
  const file = await unlessErrno(
    open(folder, constants.O_RDWR | withoutName, mode),
    "EOPNOTSUPP",
    "ENOTSUP",
    "EISDIR",
  );
  return file ?? (await unlinkedFile(folder));
}

/** The end of what was written to it; all of it where that is no longer than this. */
export async function readEnd(file: FileHandle, mostBytes: number): Promise<string> {
  const { size } = await file.stat();
  const length = Math.min(size, mostBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString("utf8", 0, bytesRead);
}

/** A command whose words found no room would look like one that said nothing. */
function folderWithRoom(): string {
  return folders.find((folder) => fileSystemOf(folder)?.full === undefined) ?? tmpdir();
}

/** For a file system that makes none without a name. */
async function unlinkedFile(folder: string): Promise<FileHandle> {
  const path = join(folder, `minicloud-${randomBytes(8).toString("hex")}`);
  const file = await open(path, "wx+", mode);
  await unlink(path);
  return file;
}
