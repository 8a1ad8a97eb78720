/** A host as SSH reaches it. */
export interface SshHost {
  readonly name: string;
  readonly ipAddress: string;
  /** As it stands in a known_hosts file behind the host: `ssh-ed25519 AAAA…`. */
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
