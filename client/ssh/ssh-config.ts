import { proxyCommand } from "./jump-host";
import { defaultSettings, knownHostsCommand, laterSettings, type SshHost, strictSettings } from "./ssh-host";

/**
 * Returns the text of a configuration file for `ssh -F`. With it, `ssh -F FILE NAME` and `ssh -F FILE ADDRESS` log in as
 * root, and `ssh` asks no questions. The text can also be included at the top of the user's configuration, whose settings
 * for all hosts then have no effect on these. It contains the host keys, which OpenSSH 8.5 and later read. For OpenSSH
 * 7.6 to 8.4, add `-o UserKnownHostsFile=FILE` with a file that {@link knownHosts} wrote.
 *
 * @param hosts the hosts.
 * @param jumpHost the host through which to connect, as `ssh -J` takes it. The user's own SSH configuration applies to it.
 * Default: none, this machine connects itself.
 * @throws MccError `invalid` if the jump host does not have that form.
 */
export function sshConfig(hosts: readonly SshHost[], jumpHost?: string): string {
  if (hosts.length === 0) {
    return "";
  }
  const way = proxyCommand(jumpHost);
  // Before the first host, because it applies only where its section does.
  const ignored = `IgnoreUnknown ${Object.keys(laterSettings).join(",")}\n`;
  return [ignored, ...hosts.map((host) => entry(host, way))].join("\n");
}

function entry({ name, ipAddress, sshHostKey }: SshHost, way: string): string {
  const settings: Record<string, string> = {
    HostName: ipAddress,
    HostKeyAlias: ipAddress,
    User: "root",
    KnownHostsCommand: knownHostsCommand(sshHostKey),
    ...strictSettings,
    ...defaultSettings,
    SessionType: "default",
    // A shared connection can lead to an earlier host with the same address.
    ControlMaster: "no",
    ControlPath: "none",
    ProxyCommand: way,
  };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key} ${value}\n`);
  return `Host ${name} ${ipAddress}\n${lines.join("")}`;
}
