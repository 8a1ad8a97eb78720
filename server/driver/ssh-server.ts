import { existsSync } from "node:fs";
import { join } from "node:path";
import { resolveInRoot } from "../support/files/path-in-root";
import type { ContainerFile } from "./driver";

/** The paths of OpenSSH's server and Dropbear in distributions and in own builds. */
export const sshServers = ["/usr", "", "/usr/local"].flatMap((prefix) =>
  ["sbin/sshd", "bin/sshd", "sbin/dropbear", "bin/dropbear"].map((program) => `${prefix}/${program}`),
);

/**
 * Returns the files without those of an SSH server that the image has no folder for, if it has one for the other server. An image
 * with neither gets all, because a server can be installed later.
 */
export function filesForServers(root: string, files: readonly ContainerFile[]): ContainerFile[] {
  const has = {
    openssh: existsSync(join(root, "etc/ssh")),
    dropbear: existsSync(join(root, "etc/dropbear")),
  };
  const isNeeded = ({ readBy }: ContainerFile): boolean => readBy === undefined || has[readBy];
  return has.openssh || has.dropbear ? files.filter(isNeeded) : [...files];
}

/** Returns whether an SSH server is installed in a root file system. */
export async function hasSshServer(root: string): Promise<boolean> {
  for (const path of sshServers) {
    if ((await resolveInRoot(root, path)) !== undefined) {
      return true;
    }
  }
  return false;
}
