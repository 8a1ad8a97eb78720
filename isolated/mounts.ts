import { mkdir, mkdtemp, readdir, readFile, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { unlessErrno } from "../protocol/errno";
import { MccError } from "../protocol/error";

/** Folders of the host that the command neither sees nor changes. */
const covered = [
  ...["/var/lib/minicloud", "/run/minicloud", "/run/lxc"],
  ...["/var/lib/minicloud-users", "/run/minicloud-users"],
];

/** Creates the missing folders on the host that `coverHost` needs as mount points. */
export async function makeMountpoints(): Promise<void> {
  for (const folder of covered) {
    await mkdir(folder, { recursive: true });
  }
}

/**
 * Removes the empty folders from the host, unless another namespace has a mount on one: the kernel would remove that
 * mount with the folder.
 */
export async function removeMountpoints(): Promise<void> {
  const inUse = await mountpointsOfOthers();
  for (const folder of covered.filter((folder) => !inUse.has(folder))) {
    await unlessErrno(rmdir(folder), "ENOTEMPTY", "ENOENT");
  }
}

/** Hides the host's folders, and shows this network's interfaces in `/sys/class/net`. Needs new namespaces. */
export async function coverHost(): Promise<void> {
  const aside = await mkdtemp(join(tmpdir(), "minicloud-cgroups-"));
  const steps = [
    // A sysfs shows the network namespace in which it was mounted, and LXC searches its bridge there.
    ["mount", "--rbind", "/sys/fs/cgroup", aside],
    ["mount", "-t", "sysfs", "sysfs", "/sys"],
    ["mount", "--rbind", aside, "/sys/fs/cgroup"],
    ["umount", "--recursive", "--lazy", aside],
    ["rmdir", aside],
    ["ip", "link", "set", "lo", "up"],
  ];
  for (const [command = "", ...words] of steps) {
    await execa(command, words);
  }
  for (const folder of covered) {
    await cover(folder);
  }
}

/** Mounts a tmpfs on a folder. It retries, because another run that ends can remove the folder before the mount. */
async function cover(folder: string): Promise<void> {
  for (let triesLeft = 10; ; triesLeft--) {
    await mkdir(folder, { recursive: true });
    const { failed, stderr } = await execa("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], {
      reject: false,
    });
    if (!failed) {
      return;
    }
    if (triesLeft === 0) {
      throw new MccError("unavailable", `Mounting a tmpfs on ${folder} failed: ${stderr}`);
    }
  }
}

async function mountpointsOfOthers(): Promise<Set<string>> {
  const mountpoints = new Set<string>();
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    // A process can end between the two reads.
    const table = await unlessErrno(readFile(`/proc/${pid}/mountinfo`, "utf8"), "ENOENT", "ESRCH", "EINVAL");
    for (const line of table?.split("\n") ?? []) {
      mountpoints.add(line.split(" ")[4] ?? "");
    }
  }
  return mountpoints;
}
