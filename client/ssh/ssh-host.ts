/** Describes a host that accepts SSH connections, such as an {@link Instance}. */
export interface SshHost {
  /** The name of the host. */
  readonly name: string;
  /** The IPv4 address of the host. */
  readonly ipAddress: string;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
  readonly sshHostKey: string;
}

/**
 * Settings by which OpenSSH takes no other host for the one that is meant, asks nothing and remembers nothing.
 * See ssh_config(5).
 */
export const strictSettings: Readonly<Record<string, string>> = {
  StrictHostKeyChecking: "yes",
  UserKnownHostsFile: "none",
  GlobalKnownHostsFile: "/dev/null",
  UpdateHostKeys: "no",
  PasswordAuthentication: "no",
  KbdInteractiveAuthentication: "no",
};

/**
 * Prints the one host key that is right, in place of a known_hosts file; OpenSSH puts the address for `%H`.
 * Since OpenSSH 8.5.
 */
export function knownHostsCommand(sshHostKey: string): string {
  return `/bin/echo %H ${sshHostKey}`;
}
