import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { knownHosts } from "../../../client/ssh/known-hosts";
import { temporaryFolders } from "../../support/files/temporary-folder";

const sshHostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVQ2WVkbWpoSdA2cNIFVgLbcUNXYCQJZVkOIG9XnZ1Y";

describe("the text of a known_hosts file", () => {
  const newFolder = temporaryFolders();

  it("has the key of each host by name and address, as ssh-keygen reads it", async () => {
    const file = join(await newFolder(), "known_hosts");
    const host = { name: "web-1", ipAddress: "198.18.0.2", sshHostKey };
    await writeFile(file, knownHosts([host, { name: "old", ipAddress: "198.18.0.3", sshHostKey: "" }]));
    for (const name of ["web-1", "198.18.0.2"]) {
      const { stdout } = await execa("ssh-keygen", ["-F", name, "-f", file]);
      assert.ok(stdout.endsWith(`web-1,198.18.0.2 ${sshHostKey}`), stdout);
    }
    assert.equal(knownHosts([]), "");
  });
});
