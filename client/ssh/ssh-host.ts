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
 * Settings with which OpenSSH accepts only the given host key, asks no questions and stores nothing. See ssh_config(5).
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
 * Returns a command that prints the valid host key, in place of a known_hosts file. OpenSSH replaces `%H` by the
 * address. Needs OpenSSH 8.5.
 */
export function knownHostsCommand(sshHostKey: string): string {
  return `/bin/echo %H ${sshHostKey}`;
}
