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
/** The user `nobody`: a damaged file may take control of the program that decompresses it. */
const nobody = 65_534;

/**
 * Returns the bytes of a tarball, decompressed by its program. The program has ended when the generator ends or is
 * left.
 *
 * @throws MccError `invalid` if the program is missing, or reports a damaged file or too little memory.
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
      `${path} is compressed with ${name}, which is not installed on the daemon's host; install it (apt install ${debianPackage}), or use another compression.`,
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
  // Both are pipes. The types show that only for the usual standard input.
  const [stdout, stderr] = [child.stdout as Readable, child.stderr as Readable];
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  // It is awaited below, and may fail earlier.
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
        `${path} cannot be unpacked: ${reason}; it is damaged or not a tarball: copy or create it again.`,
      );
    }
  } finally {
    child.kill("SIGKILL");
    stdout.destroy();
    stderr.destroy();
    await ended.catch(() => undefined);
  }
}
