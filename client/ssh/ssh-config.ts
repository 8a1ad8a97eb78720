import { knownHostsCommand, type SshHost, strictSettings } from "./ssh-host";

/**
 * Returns the text of a configuration file for `ssh -F`. With it, `ssh -F FILE NAME` and `ssh -F FILE ADDRESS` log in as
 * root. It contains the host keys, needs no known_hosts file, and lets `ssh` ask no questions. OpenSSH 8.5 or later reads it.
 *
 * @param hosts the hosts.
 * @param jumpHost the host through which to connect, as `ssh -J` takes it. OpenSSH checks its host key as usual. Default:
 * none, this machine connects itself.
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
