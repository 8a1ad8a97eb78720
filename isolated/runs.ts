import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, rm } from "node:fs/promises";
import { MccError } from "../protocol/error";

/** flock's exit code for a lock that another process has; its default, 1, is also that of other failures. */
const takenExitCode = 75;
/** Each try that fails meets another run that begins or ends at this moment. */
const mostTries = 1000;

/** One of the isolated runs of this host. */
export interface Run<T> {
  /**
   * Leaves the others. Does the work when no other run is left, and no run can begin before it is done.
   *
   * @param work gets what the first of these runs has noted.
   */
  leave(work: (noted: T) => Promise<void>): Promise<void>;
}

/**
 * Joins the runs of this host that share a file. Each holds a shared lock on it, which the kernel releases when its
 * process ends, however it ends. What the first has noted stays in the file until the last has done its work: when
 * that is killed, the next run finds it there.
 *
 * @param note makes what the first run notes, as JSON.
 * @throws MccError `unavailable` when the file cannot be locked.
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
  throw new MccError("unavailable", `Other isolated runs do not let go of ${path}; try again.`);
}

/** @returns false when the file has been removed since it was opened, or the one who was to note something died. */
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

/** Runs flock(1) on the open file, which keeps the lock. @returns false when another process has it. */
async function lock(file: FileHandle, path: string, ...how: readonly string[]): Promise<boolean> {
  const words = [...how, "--conflict-exit-code", String(takenExitCode), "3"];
  const child = spawn("flock", words, { stdio: ["ignore", "ignore", "ignore", file.fd] });
  const [exitCode] = (await once(child, "close")) as [number | null];
  if (exitCode !== 0 && exitCode !== takenExitCode) {
    throw new MccError(
      "unavailable",
      `${path} cannot be locked: flock ended with exit code ${String(exitCode)}; /run must be a local file system.`,
    );
  }
  return exitCode === 0;
}
