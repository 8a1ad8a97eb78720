import { readFile, realpath } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { systemPath } from "./system-path";

/**
 * A name may contain any byte, so it is passed in octal escapes. The dot protects trailing bytes that `$(…)` removes.
 */
const unmountScript = `point=$(printf '%b.' "$1") && exec umount -l "\${point%.}"`;

/** One round for each of the mounts that cover each other at one folder. */
const mostRounds = 32;

/**
 * Returns the mount points of this process's mount namespace at a path and below it, with one character for each byte
 * of their names.
 */
export async function mountPointsAt(path: string): Promise<string[]> {
  const real = await realPathOf(path);
  if (real === undefined) {
    return [];
  }
  const top = bytesOf(real);
  return parseMountPoints(await readFile("/proc/self/mountinfo", "latin1")).filter((point) =>
    isWithin(point, top),
  );
}

async function realPathOf(path: string): Promise<string | undefined> {
  return await unlessErrno(realpath(path), "ENOENT", "ENOTDIR");
}

/** Returns a path in the form of `mountPointsAt`. */
export function bytesOf(path: string): string {
  return Buffer.from(path).toString("latin1");
}

/** Returns whether a path is another one or below it. */
export function isWithin(path: string, top: string): boolean {
  return path === top || path.startsWith(top === "/" ? top : `${top}/`);
}

/** @param mountinfo in the form that proc(5) describes, with one character for each byte. */
export function parseMountPoints(mountinfo: string): string[] {
  const points = mountinfo
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map((field) =>
      field.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
  return [...new Set(points)];
}

/**
 * Detaches every mount at a path and below it, even if it is in use. The mounted file systems keep their files, and
 * stay mounted in other places.
 *
 * @param keepTop keeps the mount at the path itself.
 * @throws MccError `engine` with the message of umount.
 */
export async function detachMounts(path: string, keepTop = false): Promise<void> {
  const kept = keepTop ? bytesOf((await realPathOf(path)) ?? path) : undefined;
  for (let round = 0; ; round += 1) {
    const points = (await mountPointsAt(path)).filter((point) => point !== kept);
    if (points.length === 0) {
      return;
    }
    if (round === mostRounds) {
      throw new MccError(
        "engine",
        `Mounts in ${path} appear again after each unmount; stop the program that creates them (see findmnt).`,
      );
    }
    // Detaching a mount also detaches those below it.
    const outermost = points.filter(
      (point) => !points.some((other) => other !== point && isWithin(point, other)),
    );
    for (const point of outermost) {
      await detach(path, point);
    }
  }
}

async function detach(path: string, point: string): Promise<void> {
  const escaped = Array.from(
    Buffer.from(point, "latin1"),
    (byte) => `\\0${byte.toString(8).padStart(3, "0")}`,
  ).join("");
  // Loaded here, because few daemons detach a mount.
  const { execa } = await import("execa");
  const { exitCode, stderr, shortMessage } = await execa("/bin/sh", ["-c", unmountScript, "sh", escaped], {
    cwd: "/",
    reject: false,
    env: { LC_ALL: "C", PATH: systemPath() },
  });
  if (exitCode !== 0 && (await mountPointsAt(path)).includes(point)) {
    throw new MccError(
      "engine",
      `${Buffer.from(point, "latin1").toString()} is mounted and cannot be unmounted: ${stderr || shortMessage}.`,
    );
  }
}
