import { knownHostsCommand, type SshHost, strictSettings } from "./ssh-host";

const hostKeyVariable = "minicloud_host_key";

/**
 * Returns an Ansible inventory in YAML with one group of hosts, into which Ansible logs in as root. It contains the host
 * keys and needs no known_hosts file.
 *
 * @param name the name of the group. `_` replaces each `-`, and a name that Ansible does not accept gets the prefix `fleet_`.
 * @param hosts the hosts of the group.
 * @param jumpHost the host through which to connect, as `ssh -J` takes it. Default: none, this machine connects itself.
 */
export function inventory(name: string, hosts: readonly SshHost[], jumpHost?: string): string {
  return [
    "all:",
    "  children:",
    `    ${quoted(groupName(name))}:`,
    "      vars:",
    "        ansible_user: root",
    // Otherwise Ansible warns, for each host, that it found one by itself.
    "        ansible_python_interpreter: auto_silent",
    `        ansible_ssh_common_args: '${sshArguments(jumpHost)}'`,
    hosts.length === 0 ? "      hosts: {}" : "      hosts:",
    ...hosts.flatMap(({ name: host, ipAddress, sshHostKey }) => [
      `        ${quoted(host)}:`,
      `          ansible_host: ${quoted(ipAddress)}`,
      `          ${hostKeyVariable}: ${quoted(sshHostKey)}`,
    ]),
    "",
  ].join("\n");
}

/** A text in YAML whatever it looks like: `no` is a truth value there, and `2026-07-10` a date. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** In this order of quotes YAML has the outer ones, and the words that Ansible splits have the inner ones. */
function sshArguments(jumpHost: string | undefined): string {
  const settings = {
    KnownHostsCommand: knownHostsCommand(`{{ ${hostKeyVariable} }}`),
    ...strictSettings,
    ...(jumpHost === undefined ? {} : { ProxyJump: jumpHost }),
  };
  return Object.entries(settings)
    .map(([key, value]) => `-o "${key}=${value}"`)
    .join(" ");
}

/** Ansible's groups are identifiers, and it has two of its own. */
function groupName(name: string): string {
  const identifier = name.replaceAll("-", "_");
  return /^[0-9]|^(all|ungrouped)$/.test(identifier) ? `fleet_${identifier}` : identifier;
}
