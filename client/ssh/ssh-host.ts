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
 * OpenSSH 7.6 has all of them.
 */
export const strictSettings: Readonly<Record<string, string>> = {
  StrictHostKeyChecking: "yes",
  // Not "none", which is a file of that name before OpenSSH 8.5.
  UserKnownHostsFile: "/dev/null",
  GlobalKnownHostsFile: "/dev/null",
  UpdateHostKeys: "no",
  PasswordAuthentication: "no",
  KbdInteractiveAuthentication: "no",
};

/**
 * Settings that a user's `Host *` section can change so that a host cannot be reached, with their defaults: the first
 * value that OpenSSH reads applies. Those of the user's keys and agent are not among them. OpenSSH 7.6 has all of them.
 */
export const defaultSettings: Readonly<Record<string, string>> = {
  Port: "22",
  AddressFamily: "any",
  CanonicalizeHostname: "no",
  PermitLocalCommand: "no",
  PreferredAuthentications: "publickey",
  ProxyUseFdpass: "no",
  PubkeyAuthentication: "yes",
  RemoteCommand: "none",
  RequestTTY: "auto",
  Tunnel: "no",
  VerifyHostKeyDNS: "no",
};

/** Settings that OpenSSH has since the given version. Earlier versions must be told to ignore them. */
export const laterSettings = { KnownHostsCommand: "8.5", SessionType: "8.7" } as const;

/**
 * Returns a command that prints the valid host key, in place of a known_hosts file. OpenSSH replaces `%H` by the
 * address. Needs OpenSSH 8.5.
 */
export function knownHostsCommand(sshHostKey: string): string {
  return `/bin/echo %H ${sshHostKey}`;
}
