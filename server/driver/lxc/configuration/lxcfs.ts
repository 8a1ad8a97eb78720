import { readdir } from "node:fs/promises";
import type { Finding } from "../../driver";

/** Where distributions mount lxcfs. */
const folder = "/var/lib/lxcfs";
/** The files in which lxcfs shows a container its own limits. */
const files = [
  ...["proc/cpuinfo", "proc/diskstats", "proc/loadavg", "proc/meminfo", "proc/stat"],
  ...["proc/swaps", "proc/uptime", "sys/devices/system/cpu/online"],
];

/**
 * Returns the words of lxc-start with which a container sees its own limits in /proc; none where lxcfs does not run. It is
 * looked for at each start, because a container must also start after lxcfs was removed.
 */
export async function lxcfsWords(): Promise<string[]> {
  return (await isRunning())
    ? files.flatMap((file) => [
        "--define",
        `lxc.mount.entry=${folder}/${file} ${file} none bind,optional 0 0`,
      ])
    : [];
}

/** Returns the advice to run lxcfs, unless it runs. */
export async function lxcfsAdvice(): Promise<Finding[]> {
  return (await isRunning())
    ? []
    : [
        {
          lacking: "lxcfs does not run; with it, free and top in instances show the memory of their types",
          remedy: "apt install lxcfs",
          optional: true,
        },
      ];
}

/** For how long an lxcfs that does not run is not looked for again: a look that fails takes as long as several that do not. */
const absentMs = 1_000;
let absentUntil = Number.NEGATIVE_INFINITY;

/** The mount of an lxcfs that was killed refuses each access. */
async function isRunning(): Promise<boolean> {
  if (performance.now() < absentUntil) {
    return false;
  }
  const names = await readdir(`${folder}/proc`).catch((): string[] => []);
  const isThere = names.includes("meminfo");
  if (!isThere) {
    absentUntil = performance.now() + absentMs;
  }
  return isThere;
}
