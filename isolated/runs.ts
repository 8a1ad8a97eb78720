import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, rm } from "node:fs/promises";
import { MccError } from "../protocol/error";

/** flock's exit code for a lock of another process. Its default, 1, is also the code of other failures. */
const takenExitCode = 75;
/** The limit of retries. An attempt fails if another run starts or ends at the same moment. */
const mostTries = 1000;

/** An isolated run on this host. */
export interface Run<T> {
  /**
   * Leaves the runs. The last run does the work, and no other run can start until it is done.
   *
   * @param work receives the note of the first run.
   */
  leave(work: (noted: T) => Promise<void>): Promise<void>;
}

/**
 * Joins the runs of this host that share a file. Each run has a shared lock on it, which the kernel releases at the end
 * of its process. The note of the first run stays in the file until the last run has done its work. If the last run is
 * killed, the next run finds the note.
 *
 * @param note creates the note of the first run, which is stored as JSON.
 * @throws MccError `unavailable` if the file cannot be locked.
 */
export async function joinRuns<T>(
  path: string,
  { note, parse }: { readonly note: () => Promise<T>; readonly parse: (json: unknown) => T },
): Promise<Run<T>> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const file = await open(path, "a+", 0o600);
    try {
      if (await joinBy(file, path, note)) {
        return { leave: (work) => leaveBy(file, path, parse, work) };
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
  throw new MccError(
    "unavailable",
    `Locking ${path} failed because other isolated runs start or end at the same time; try again.`,
  );
}

/** Joins by an open file. @returns false if the file was removed since, or the first run died before its note. */
async function joinBy<T>(file: FileHandle, path: string, note: () => Promise<T>): Promise<boolean> {
  if (await lock(file, path, "--exclusive", "--nonblock")) {
    if ((await file.stat()).size === 0) {
      await file.writeFile(JSON.stringify(await note()));
      await file.sync();
    }
  }
  await lock(file, path, "--shared");
  const { nlink, size } = await file.stat();
  return nlink > 0 && size > 0;
}

async function leaveBy<T>(
  file: FileHandle,
  path: string,
  parse: (json: unknown) => T,
  work: (noted: T) => Promise<void>,
): Promise<void> {
  try {
    if (await lock(file, path, "--exclusive", "--nonblock")) {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
      await work(parse(JSON.parse(buffer.toString())));
      await rm(path, { force: true });
    }
  } finally {
    await file.close();
  }
}

/** Runs flock(1) on the open file, which keeps the lock. @returns false if another process has the lock. */
async function lock(file: FileHandle, path: string, ...how: readonly string[]): Promise<boolean> {
  const words = [...how, "--conflict-exit-code", String(takenExitCode), "3"];
  const child = spawn("flock", words, { stdio: ["ignore", "ignore", "ignore", file.fd] });
  const [exitCode] = (await once(child, "close")) as [number | null];
  if (exitCode !== 0 && exitCode !== takenExitCode) {
    throw new MccError(
      "unavailable",
      `Locking ${path} failed: flock exited with code ${String(exitCode)}; /run must be a local file system.`,
    );
  }
  return exitCode === 0;
}
