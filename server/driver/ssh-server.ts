import { resolveInRoot } from "../support/files/path-in-root";

/** The paths of OpenSSH's server and Dropbear in distributions and in own builds. */
export const sshServers = ["/usr", "", "/usr/local"].flatMap((prefix) =>
  ["sbin/sshd", "bin/sshd", "sbin/dropbear", "bin/dropbear"].map((program) => `${prefix}/${program}`),
);

/** Returns whether an SSH server is installed in a root file system. */
export async function hasSshServer(root: string): Promise<boolean> {
  for (const path of sshServers) {
    if ((await resolveInRoot(root, path)) !== undefined) {
      return true;
    }
  }
  return false;
}
