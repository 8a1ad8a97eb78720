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
        "userknownhostsfile none",
      ]) {
        assert.ok(settings.includes(line), `${line}\n${settings.join("\n")}`);
      }
      assert.ok(!settings.some((line) => line.startsWith("proxyjump")));
    }
  });

  it("uses a jump host, whose own settings it does not change", async () => {
    const text = sshConfig(hosts, "lab.example");
    assert.ok((await settingsOf(text, "web-1")).includes("proxyjump lab.example"));
    const jump = await settingsOf(text, "lab.example");
    assert.ok(!jump.some((line) => /^(proxyjump|knownhostscommand|userknownhostsfile none)/.test(line)));
  });

  it("is empty without hosts", () => assert.equal(sshConfig([]), ""));
});
