import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { sshConfig } from "../../../client/ssh/ssh-config";
import { temporaryFolders } from "../../support/files/temporary-folder";

const hosts = [
  { name: "web-1", ipAddress: "198.18.0.2", sshHostKey: "ssh-ed25519 AAAAone" },
  { name: "web-2", ipAddress: "198.18.0.3", sshHostKey: "ssh-ed25519 AAAAtwo" },
];

/** Settings that break a connection when they apply to it. */
const hostile = {
  Port: "99",
  ProxyCommand: "false",
  ProxyJump: "gate",
  RemoteCommand: "false",
  HostKeyAlias: "other",
  SessionType: "none",
  ControlMaster: "auto",
  ControlPath: "/tmp/%C",
  RequestTTY: "force",
  PermitLocalCommand: "yes",
  User: "bob",
  IdentitiesOnly: "yes",
  CertificateFile: "~/cert",
  StrictHostKeyChecking: "no",
  UserKnownHostsFile: "~/hosts",
  AddressFamily: "inet6",
  PubkeyAuthentication: "no",
  PreferredAuthentications: "password",
  CanonicalizeHostname: "always",
  ProxyUseFdpass: "yes",
  Tunnel: "yes",
  VerifyHostKeyDNS: "yes",
  UpdateHostKeys: "yes",
} as const;

/** The settings of the text that the manual of OpenSSH 7.6, ssh_config(5), has. */
const settingsOf76 = [
  ...["AddressFamily", "CanonicalizeHostname", "ControlMaster", "ControlPath", "GlobalKnownHostsFile"],
  ...["HostKeyAlias", "HostName", "KbdInteractiveAuthentication", "PasswordAuthentication"],
  ...["PermitLocalCommand", "Port", "PreferredAuthentications", "ProxyCommand", "ProxyUseFdpass"],
  ...["PubkeyAuthentication", "RemoteCommand", "RequestTTY", "StrictHostKeyChecking", "Tunnel"],
  ...["UpdateHostKeys", "User", "UserKnownHostsFile", "VerifyHostKeyDNS"],
];

describe("the text for ssh -F", () => {
  const newFolder = temporaryFolders();

  /** Returns how OpenSSH itself reads it. */
  async function settingsOf(text: string, host: string): Promise<string[]> {
    const file = join(await newFolder(), "config");
    await writeFile(file, text);
    const { stdout } = await execa("ssh", ["-G", "-F", file, host]);
    return stdout.split("\n");
  }

  it("has the address and the only accepted host key of each host", async () => {
    for (const host of ["web-2", "198.18.0.3"]) {
      const settings = await settingsOf(sshConfig(hosts), host);
      for (const line of [
        "hostname 198.18.0.3",
        "user root",
        "knownhostscommand /bin/echo %H ssh-ed25519 AAAAtwo",
        "stricthostkeychecking true",
        "userknownhostsfile /dev/null",
      ]) {
        assert.ok(settings.includes(line), `${line}\n${settings.join("\n")}`);
      }
      assert.ok(!settings.some((line) => /^proxy(jump|command)/.test(line)));
    }
  });

  it("uses a jump host, whose own settings it does not change", async () => {
    const text = sshConfig(hosts, "lab.example");
    const way = "proxycommand ssh -W %h:%p -o RemoteCommand=none lab.example";
    assert.ok((await settingsOf(text, "web-1")).includes(way));
    const jump = await settingsOf(text, "lab.example");
    assert.ok(
      !jump.some((line) =>
        /^(proxyjump|proxycommand|knownhostscommand|userknownhostsfile \/dev\/null)/.test(line),
      ),
    );
  });

  it("applies where the user's settings for all hosts follow", async () => {
    const user = Object.entries(hostile).map(([name, value]) => `  ${name} ${value}\n`);
    const text = `${sshConfig(hosts)}\nHost *\n${user.join("")}`;
    const own = await settingsOf(sshConfig(hosts), "web-1");
    const keys = /^(identityfile|identityagent|identitiesonly|certificatefile) /;
    const settings = (await settingsOf(text, "web-1")).filter((line) => !keys.test(line));
    assert.deepEqual(
      settings,
      own.filter((line) => !keys.test(line)),
    );
  });

  it("has only settings that OpenSSH 7.6 has, or is told to ignore", () => {
    const [first = "", ...lines] = sshConfig(hosts).trimEnd().split("\n");
    const ignored = first.replace("IgnoreUnknown ", "").split(",");
    const names = lines.filter((line) => line.startsWith("  ")).map((line) => line.trim().replace(/ .*/, ""));
    assert.deepEqual(
      [...new Set(names)].filter((name) => !settingsOf76.includes(name)),
      ignored,
    );
  });

  it("is empty without hosts", () => assert.equal(sshConfig([]), ""));
});
