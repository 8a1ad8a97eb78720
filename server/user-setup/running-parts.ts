import { access, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { unlessErrno } from "../../protocol/errno";
import { mountPointsAt } from "../support/files/mount-points";
import type { UserSettings } from "../support/ordinary-user";
import { linkOf, tableOf } from "./settings";

/** What the program in `packaging/enter-user.sh` creates at each start of a daemon. It does not survive a reboot. */
const topFolder = "/run/minicloud-users";

const ipForward = "/proc/sys/net/ipv4/ip_forward";

/** Returns the processes of the user's daemon and of its instances. */
export async function processesOf({ name }: Pick<UserSettings, "name">): Promise<number[]> {
  const found = new Set<number>();
  for (const cgroup of await cgroupsOf(name)) {
    const text =
      (await unlessErrno(readFile(join(cgroup, "cgroup.procs"), "utf8"), "ENOENT", "ENODEV")) ?? "";
    text
      .split("\n")
      .filter((line) => line !== "")
      .forEach((line) => found.add(Number(line)));
  }
  return [...found];
}

/** Returns whether any of these parts exist. */
export async function hasRunningParts({ name }: Pick<UserSettings, "name">): Promise<boolean> {
  const folder = await unlessErrno(
    access(join(topFolder, name)).then(() => true),
    "ENOENT",
  );
  return folder === true || (await cgroupsOf(name)).length > 0;
}

/** Removes the network, the namespaces and the cgroups of a user without processes. Repeatable. */
export async function removeRunningParts(settings: UserSettings): Promise<void> {
  const folder = join(topFolder, settings.name);
  // Also removes the other end of the cable. The namespaces end with their last mount.
  await tolerant("ip", "link", "delete", linkOf(settings));
  await tolerant("nft", "delete", "table", "inet", tableOf(settings));
  for (const point of await mountPointsAt(folder)) {
    await execa("umount", ["--lazy", point]);
  }
  await restoreForwarding(join(folder, "forwarding-was-off"));
  for (const cgroup of await cgroupsOf(settings.name)) {
    await unlessErrno(rmdir(cgroup), "ENOENT");
  }
  await rm(folder, { recursive: true, force: true });
  for (const shared of [topFolder, "/run/lxc"]) {
    await unlessErrno(rmdir(shared), "ENOTEMPTY", "ENOENT", "EBUSY");
  }
}

/** Without the last of them, nothing on this host needs forwarding: chains that forward or translate. */
const chainsSchema = z.object({
  nftables: z.array(z.looseObject({ chain: z.looseObject({ hook: z.string().optional() }).optional() })),
});

async function restoreForwarding(mark: string): Promise<void> {
  const wasOff = await unlessErrno(
    access(mark).then(() => true),
    "ENOENT",
  );
  if (wasOff !== true) {
    return;
  }
  const { stdout } = await execa("nft", ["--json", "list", "chains"]);
  const { nftables } = chainsSchema.parse(JSON.parse(stdout));
  if (!nftables.some(({ chain }) => ["forward", "postrouting"].includes(chain?.hook ?? ""))) {
    await writeFile(ipForward, "0");
  }
}

/** Returns the user's cgroups in all hierarchies: each after those below it. */
async function cgroupsOf(name: string): Promise<string[]> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  const tops = mounts
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => join(line.split(" ")[4] ?? "", `minicloud-${name}`));
  const found = await Promise.all([...new Set(tops)].map((top) => withThoseBelow(top)));
  return found.flat();
}

async function withThoseBelow(folder: string): Promise<string[]> {
  const entries = await unlessErrno(readdir(folder, { withFileTypes: true }), "ENOENT");
  if (entries === undefined) {
    return [];
  }
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => withThoseBelow(join(folder, name))),
  );
  return [...below.flat(), folder];
}

/** Runs a command whose object may not exist. */
async function tolerant(program: string, ...words: readonly string[]): Promise<void> {
  await execa(program, words, { reject: false });
}
