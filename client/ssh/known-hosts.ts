import type { SshHost } from "./ssh-host";

/**
 * Returns the text of a known_hosts file with the name, the address and the host key of each host. It is for OpenSSH
 * before 8.5 and for other SSH clients, which ignore the host keys in {@link sshConfig} and {@link inventory}.
 *
 * @param hosts the hosts. Those without a host key are omitted.
 */
export function knownHosts(hosts: readonly SshHost[]): string {
  return hosts
    .filter(({ sshHostKey }) => sshHostKey !== "")
    .map(({ name, ipAddress, sshHostKey }) => `${name},${ipAddress} ${sshHostKey}\n`)
    .join("");
}
