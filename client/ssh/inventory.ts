import { knownHostsCommand, type SshHost, strictSettings } from "./ssh-host";

const hostKeyVariable = "minicloud_host_key";

/**
 * An inventory of Ansible's, in YAML, with one group of hosts into which Ansible logs in as root. The host keys are
 * in it, so that no known_hosts file is needed.
 *
 * @param name the group's, in which Ansible wants `_` for `-`.
 * @param jumpHost leads to the hosts, where this machine does not reach them itself.
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
