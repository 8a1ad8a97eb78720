import { appendFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { FakeOpenvz } from "./install";

/**
 * Shows the fake host's /etc/vz in this mount namespace, where the driver of a whole daemon looks for it. Needs root in a
 * separate mount namespace.
 *
 * @param folder gets the changes of /etc.
 */
export async function coverEtc(folder: string, host: FakeOpenvz): Promise<void> {
  const [upper, work] = [join(folder, "etc"), join(folder, "etc-work")];
  await Promise.all([mkdir(upper), mkdir(work)]);
  const options = `lowerdir=/etc,upperdir=${upper},workdir=${work}`;
  await execa("mount", ["-t", "overlay", "-o", options, "overlay", "/etc"]);
  await showEtc(host);
}

/** Like `coverEtc`, in a mount namespace whose /etc is covered already. */
export async function showEtc(host: FakeOpenvz): Promise<void> {
  // Without an OpenVZ kernel, vzctl calls brctl for a bridge, which the fakes do not need.
  await writeFile(join(host.bin, "brctl"), "#!/bin/sh\n", { mode: 0o755 });
  // The host's own, if it has one, is below the overlay and stays.
  await rm("/etc/vz", { recursive: true, force: true });
  await symlink(host.path("etc/vz"), "/etc/vz");
  // The fakes work next to control groups of version 2, as vzctl does with a library that does not know them.
  await appendFile("/etc/ld.so.cache", "libcgroup.so.1\0");
}

/** Undoes `coverEtc`. */
export async function uncoverEtc(): Promise<void> {
  await execa("umount", ["/etc"]);
}
