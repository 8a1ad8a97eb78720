import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parsePublicKey } from "../../../../../protocol/public-key";
import { makeHostKey } from "../../../../../server/cloud/instances/creation/host-key";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("a host key", () => {
  const newFolder = temporaryFolders();

  it("can be read by OpenSSH, which derives the same public key", async () => {
    const key = makeHostKey();
    const path = join(await newFolder(), "key");
    await writeFile(path, key.opensshPrivateKey, { mode: 0o600 });
    const { stdout } = await execa("ssh-keygen", ["-y", "-f", path]);
    assert.equal(stdout.split(" ").slice(0, 2).join(" "), key.publicKey);
    const fingerprint = await execa("ssh-keygen", ["-l", "-f", path]);
    assert.ok(fingerprint.stdout.includes(parsePublicKey(key.publicKey).fingerprint));
  });

  it("contains both keys in the format of Dropbear", () => {
    const { dropbearPrivateKey, publicKey } = makeHostKey();
    const open = Buffer.from(publicKey.split(" ")[1] ?? "", "base64").subarray(-32);
    assert.equal(dropbearPrivateKey.length, 4 + 11 + 4 + 64);
    assert.deepEqual(dropbearPrivateKey.subarray(-32), open);
  });
});
