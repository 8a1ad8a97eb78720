import assert from "node:assert/strict";
import { inventory } from "../../../client/ssh/inventory";

const hosts = [
  { name: "web-1", ipAddress: "198.18.0.2", sshHostKey: "ssh-ed25519 AAAAone" },
  { name: "web-2", ipAddress: "198.18.0.3", sshHostKey: "ssh-ed25519 AAAAtwo" },
];

describe("the inventory", () => {
  it("has a group with the hosts, their addresses and their keys", () => {
    assert.equal(
      inventory("web-3f9a1c", hosts, "lab.example"),
      `all:
  children:
    "web_3f9a1c":
      vars:
        ansible_user: root
        ansible_python_interpreter: auto_silent
        minicloud_known_hosts: /dev/null
        ansible_ssh_common_args: '-o "IgnoreUnknown=KnownHostsCommand" -o "KnownHostsCommand=/bin/echo %H {{ minicloud_host_key }}" -o "StrictHostKeyChecking=yes" -o "UserKnownHostsFile={{ minicloud_known_hosts }}" -o "GlobalKnownHostsFile=/dev/null" -o "UpdateHostKeys=no" -o "PasswordAuthentication=no" -o "KbdInteractiveAuthentication=no" -o "Port=22" -o "AddressFamily=any" -o "CanonicalizeHostname=no" -o "PermitLocalCommand=no" -o "PreferredAuthentications=publickey" -o "ProxyUseFdpass=no" -o "PubkeyAuthentication=yes" -o "RemoteCommand=none" -o "RequestTTY=auto" -o "Tunnel=no" -o "VerifyHostKeyDNS=no" -o "HostKeyAlias={{ ansible_host }}" -o "ProxyCommand=ssh -W %h:%p -o RemoteCommand=none lab.example"'
      hosts:
        "web-1":
          ansible_host: "198.18.0.2"
          minicloud_host_key: "ssh-ed25519 AAAAone"
        "web-2":
          ansible_host: "198.18.0.3"
          minicloud_host_key: "ssh-ed25519 AAAAtwo"
`,
    );
  });

  it("gives the group a name that Ansible accepts", () => {
    const names = {
      all: "fleet_all",
      ungrouped: "fleet_ungrouped",
      "2024-web": "fleet_2024_web",
      web: "web",
      // YAML reads these as booleans and null.
      no: "no",
      on: "on",
      true: "true",
      null: "null",
    };
    for (const [name, group] of Object.entries(names)) {
      assert.match(inventory(name, []), new RegExp(`^ {4}"${group}":$`, "m"));
    }
    assert.match(inventory("web", []), /^ {6}hosts: \{\}$/m);
  });
});
