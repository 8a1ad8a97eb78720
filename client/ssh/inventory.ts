import { proxyCommand } from "./jump-host";
import { defaultSettings, knownHostsCommand, type SshHost, strictSettings } from "./ssh-host";

const hostKeyVariable = "minicloud_host_key";
/** Extra variables of the user take precedence over it. */
const knownHostsVariable = "minicloud_known_hosts";

/**
 * Returns an Ansible inventory in YAML with one group of hosts, into which Ansible logs in as root. It contains the host
 * keys, which OpenSSH 8.5 and later read. For OpenSSH 7.6 to 8.4, set the variable `minicloud_known_hosts` to the absolute
 * path of a file that {@link knownHosts} wrote (`ansible-playbook -e`).
 *
 * @param name the name of the group. `_` replaces each `-`, and a name that Ansible does not accept gets the prefix `fleet_`.
 * @param hosts the hosts of the group.
 * @param jumpHost the host through which to connect, as `ssh -J` takes it. The user's own SSH configuration applies to it.
 * Default: none, this machine connects itself.
 * @throws MccError `invalid` if the jump host does not have that form.
 */
export function inventory(name: string, hosts: readonly SshHost[], jumpHost?: string): string {
  return [
    "all:",
    "  children:",
    `    ${quoted(groupName(name))}:`,
    "      vars:",
    "        ansible_user: root",
    // Without it, Ansible prints a warning about the Python interpreter for each host.
    "        ansible_python_interpreter: auto_silent",
    `        ${knownHostsVariable}: ${strictSettings.UserKnownHostsFile}`,
    `        ansible_ssh_common_args: '${sshArguments(jumpHost).replaceAll("'", "''")}'`,
    hosts.length === 0 ? "      hosts: {}" : "      hosts:",
    ...hosts.flatMap(({ name: host, ipAddress, sshHostKey }) => [
      `        ${quoted(host)}:`,
      `          ansible_host: ${quoted(ipAddress)}`,
      `          ${hostKeyVariable}: ${quoted(sshHostKey)}`,
    ]),
    "",
  ].join("\n");
}

/** Quotes a text, because YAML would parse `no` as a boolean and `2026-07-10` as a date. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * Returns the arguments of ssh. The outer quotes are those of YAML, and Ansible splits the text at the inner ones.
 * `SessionType` is absent, because sftp cannot start with it.
 */
function sshArguments(jumpHost: string | undefined): string {
  const settings = {
    // First, because it applies only to what follows.
    IgnoreUnknown: "KnownHostsCommand",
    KnownHostsCommand: knownHostsCommand(`{{ ${hostKeyVariable} }}`),
    ...strictSettings,
    UserKnownHostsFile: `{{ ${knownHostsVariable} }}`,
    ...defaultSettings,
    HostKeyAlias: "{{ ansible_host }}",
    ProxyCommand: proxyCommand(jumpHost),
  };
  return Object.entries(settings)
    .map(([key, value]) => `-o "${key}=${value}"`)
    .join(" ");
}

/** Returns the name of the group, which must be an identifier and differ from Ansible's two built-in groups. */
function groupName(name: string): string {
  const identifier = name.replaceAll("-", "_");
  return /^[0-9]|^(all|ungrouped)$/.test(identifier) ? `fleet_${identifier}` : identifier;
}
