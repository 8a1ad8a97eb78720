import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { MccError } from "../../../protocol/error";
import { systemPath } from "../files/system-path";
import { isOnPath } from "../program-path";
import type { ArchiveFile } from "./file";
import type { Packing } from "./packings";

const readBytes = 256 * 1024;
const mostComplaints = 4096;
/** A damaged file may do to the program that unpacks it what it likes: it runs as the user that owns nothing. */
const nobody = 65_534;

/**
 * The bytes of a tarball, unpacked by the program for its packing. That has ended when this ends or is left early.
 *
 * @throws MccError `invalid` when the program is missing, or says that the file is damaged or needs too much memory.
 */
export async function* unpackedArchive(
  { path, handle, packing }: ArchiveFile,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (packing !== undefined) {
    yield* unpackedBy(packing, handle.fd, path, signal);
    return;
  }
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position);
    if (bytesRead === 0) {
      return;
    }
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* unpackedBy(
  { name, words, package: debianPackage }: Packing,
  file: number,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const searched = systemPath();
  if (!isOnPath(name, searched.split(":"))) {
    throw new MccError(
      "invalid",
      `${path} is packed by ${name}, which is not installed on the daemon's host; install it (apt install ${debianPackage}), or pack the tarball in another way.`,
    );
  }
  const child = spawn(name, words, {
    cwd: "/",
    detached: true,
    stdio: [file, "pipe", "pipe"],
    env: { LC_ALL: "C", PATH: searched },
    ...(process.getuid?.() === 0 && { uid: nobody, gid: nobody }),
    signal,
    killSignal: "SIGKILL" as const,
  });
  // Both are pipes; the types know it of the usual standard input only.
  const [stdout, stderr] = [child.stdout as Readable, child.stderr as Readable];
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  // It is awaited below, and may fail before.
  ended.catch(() => undefined);
  let complaints = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(0, mostComplaints);
  });
  try {
    yield* stdout as AsyncIterable<Buffer>;
    const [code, endedBy] = await ended;
    if (code !== 0) {
      const reason = complaints.trim().split("\n")[0] || `it ended with ${endedBy ?? `exit code ${code}`}`;
      throw new MccError(
        "invalid",
        `${path} cannot be unpacked: ${reason}; it is damaged or no tarball: copy or make it again.`,
      );
    }
  } finally {
    child.kill("SIGKILL");
    stdout.destroy();
    stderr.destroy();
    await ended.catch(() => undefined);
  }
}
