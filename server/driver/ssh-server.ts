import { resolveInRoot } from "../support/files/path-in-root";
import type { ContainerFile } from "./driver";

/** The SSH servers whose host key the daemon can write. */
export type SshServer = NonNullable<ContainerFile["readBy"]>;
export const sshServerNames = ["openssh", "dropbear"] as const satisfies readonly SshServer[];

const programs: Readonly<Record<SshServer, string>> = { openssh: "sshd", dropbear: "dropbear" };

/** The paths of a server's program in distributions and in own builds. */
function pathsOf(server: SshServer): string[] {
  return ["/usr", "", "/usr/local"].flatMap((prefix) =>
    ["sbin", "bin"].map((folder) => `${prefix}/${folder}/${programs[server]}`),
  );
}

/** The paths of all SSH servers. */
export const sshServers = sshServerNames.flatMap(pathsOf);

/** Returns the SSH servers that are installed in a root file system. */
export async function sshServersIn(root: string): Promise<SshServer[]> {
  const installed: SshServer[] = [];
  for (const server of sshServerNames) {
    for (const path of pathsOf(server)) {
      if ((await resolveInRoot(root, path)) !== undefined) {
        installed.push(server);
        break;
      }
    }
  }
  return installed;
}

/**
 * Returns the files without those of SSH servers that the image does not have. An image without any server gets all, because one
 * can be installed later.
 *
 * @param installed the servers of the image, as far as known. Default: not known, so that all files stay.
 */
export function filesForServers(
  files: readonly ContainerFile[],
  installed: readonly SshServer[] = [],
): ContainerFile[] {
  return files.filter(
    ({ readBy }) => readBy === undefined || installed.length === 0 || installed.includes(readBy),
  );
}
