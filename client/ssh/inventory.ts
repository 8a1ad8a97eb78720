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
    // Without it, Ansible prints a warning about the Python interpreter for each host.
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

/** Quotes a text, because YAML would parse `no` as a boolean and `2026-07-10` as a date. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Returns the arguments of ssh. The outer quotes are those of YAML, and Ansible splits the text at the inner ones. */
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

/** Returns the name of the group, which must be an identifier and differ from Ansible's two built-in groups. */
function groupName(name: string): string {
  const identifier = name.replaceAll("-", "_");
  return /^[0-9]|^(all|ungrouped)$/.test(identifier) ? `fleet_${identifier}` : identifier;
}
