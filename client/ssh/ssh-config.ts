import { knownHostsCommand, type SshHost, strictSettings } from "./ssh-host";

/**
 * A text for `ssh -F`: after it, `ssh -F FILE NAME` logs in as root, as `ssh -F FILE ADDRESS` does. The host keys
 * are in it, so that no known_hosts file is needed and nothing is asked.
 *
 * @param jumpHost leads to the hosts, where this machine does not reach them itself. Its own host key is looked for
 * where OpenSSH always looks.
 */
export function sshConfig(hosts: readonly SshHost[], jumpHost?: string): string {
  return hosts.map((host) => entry(host, jumpHost)).join("\n");
}

function entry({ name, ipAddress, sshHostKey }: SshHost, jumpHost: string | undefined): string {
  const settings: Record<string, string> = {
    HostName: ipAddress,
    User: "root",
    KnownHostsCommand: knownHostsCommand(sshHostKey),
    ...strictSettings,
    // A shared connection can lead to an earlier host with the same address.
    ControlPath: "none",
    ...(jumpHost === undefined ? {} : { ProxyJump: jumpHost }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key} ${value}\n`);
  return `Host ${name} ${ipAddress}\n${lines.join("")}`;
}
