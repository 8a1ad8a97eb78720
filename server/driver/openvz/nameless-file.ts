import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unlessErrno } from "../errno";

/** O_TMPFILE of open(2), which Node does not name: a bit of its own, with that of O_DIRECTORY. */
const withoutName = 0o20000000 | constants.O_DIRECTORY;
const mode = 0o600;

/** A file to write to and read from that is gone once nobody has it open, also when this process is killed. */
export async function namelessFile(): Promise<FileHandle> {
  const file = await unlessErrno(
    open(tmpdir(), constants.O_RDWR | withoutName, mode),
    "EOPNOTSUPP",
    "ENOTSUP",
    "EISDIR",
  );
  return file ?? (await unlinkedFile());
}

/** For a file system that makes none without a name. */
async function unlinkedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `minicloud-${randomBytes(8).toString("hex")}`);
  const file = await open(path, "wx+", mode);
  await unlink(path);
  return file;
}
